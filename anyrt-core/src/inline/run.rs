//! The future of an inline group: a group's, which polls the children, too.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::InlineGroup;
use super::child_set::{ChildSet, Inbox};
use crate::driver::{Ambient, Driver};
use crate::error::GroupError;
use crate::group::{MakeBody, RunGroup, TaskGroup};
use crate::outcome::Outcome;
use crate::source::Source;

/// Makes the body of an inline group, which gets a handle of it.
pub(super) struct InlineBody<'env, B> {
    body: B,
    inbox: Arc<Inbox<'env>>,
}

impl<'env, D, E, B, F> MakeBody<D, E, F> for InlineBody<'env, B>
where
    D: Driver,
    E: Send + 'static,
    B: FnOnce(InlineGroup<'env, D, E>) -> F,
{
    fn make(self, group: TaskGroup<D, E>) -> F {
        (self.body)(InlineGroup::new(group, self.inbox))
    }
}

pin_project! {
    /// The future of `inline_group`: it ends after its body and every child.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended (law E5).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** If it is dropped, its children are dropped with it.
    #[must_use = "an inline group does nothing unless it is awaited"]
    pub struct RunInlineGroup<'env, D, E, B, F, V> {
        #[pin]
        group: RunGroup<D, E, InlineBody<'env, B>, F, V>,
        children: ChildSet<'env>,
        inbox: Arc<Inbox<'env>>,
    }

    impl<D, E, B, F, V> PinnedDrop for RunInlineGroup<'_, D, E, B, F, V> {
        fn drop(this: Pin<&mut Self>) {
            this.project().inbox.close();
        }
    }
}

impl<'env, D, E, B, F, V> RunInlineGroup<'env, D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    B: FnOnce(InlineGroup<'env, D, E>) -> F,
    F: Future<Output: Outcome<E, Value = V>>,
{
    #[track_caller]
    fn from_source(source: Source<D>, body: B) -> Self {
        let inbox = Inbox::new();
        let make = InlineBody { body, inbox: inbox.clone() };
        Self { group: RunGroup::making(source, make), children: ChildSet::default(), inbox }
    }

    /// Makes a group on `driver`; `body` is called at the first poll.
    #[track_caller]
    pub fn on(driver: D, body: B) -> Self {
        Self::from_source(Source::Given(driver), body)
    }

    /// Makes a group on the backend that polls it first.
    #[track_caller]
    pub fn ambient(body: B) -> Self
    where
        D: Ambient,
    {
        Self::from_source(Source::ambient(), body)
    }
}

impl<'env, D, E, B, F, V> Future for RunInlineGroup<'env, D, E, B, F, V>
where
    D: Driver,
    E: Send + 'static,
    B: FnOnce(InlineGroup<'env, D, E>) -> F,
    F: Future<Output: Outcome<E, Value = V>>,
{
    type Output = Result<V, GroupError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = this.group.poll(cx);
        if result.is_pending() {
            this.children.poll(this.inbox, cx);
        }
        result
    }
}

impl<D, E, B, F, V> Debug for RunInlineGroup<'_, D, E, B, F, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunInlineGroup")
            .field("group", &self.group)
            .field("children", &self.children.len())
            .finish()
    }
}
