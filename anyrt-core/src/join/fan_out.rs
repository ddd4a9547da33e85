//! A group whose body only starts children: what every join policy is made of.
//!
//! # Invariants
//!
//! - The body ends in the poll that starts the children, and nobody joins their handles. So waiting
//!   for them is no checkpoint: if all ended normally, what they gave is given (law E8).
//! - What the children left is taken once the group has given its value, after the last of them.

use std::fmt::{self, Debug};
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::driver::{Ambient, Driver};
use crate::error::{Cancelled, GroupError, Reason};
use crate::group::{RunGroup, TaskGroup};
use crate::lock::lock;
use crate::source::Source;
use crate::sys::Mutex;

/// Takes what the children have left; nothing if one of them left nothing.
pub(super) type Take<O> = Box<dyn FnOnce() -> Option<O> + Send>;

type Started<E, O> = Ready<Result<Take<O>, E>>;
type Start<D, E, O> = Box<dyn FnOnce(TaskGroup<D, E>) -> Started<E, O> + Send>;

type Group<D, E, O> = RunGroup<D, E, Start<D, E, O>, Started<E, O>, Take<O>>;

/// Where a child leaves its output.
pub(super) struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    /// Makes the two ends of a slot.
    pub(super) fn pair() -> (Self, Self) {
        let slot = Arc::new(Mutex::new(None));
        (Self(slot.clone()), Self(slot))
    }

    pub(super) fn put(self, output: T) {
        *lock(&self.0) = Some(output);
    }

    pub(super) fn take(self) -> Option<T> {
        lock(&self.0).take()
    }
}

pub(super) struct FanOut<D, E, O> {
    /// Gone once it has given its result, with all that its children left unclaimed.
    group: Option<Group<D, E, O>>,
}

impl<D, E, O> FanOut<D, E, O>
where
    D: Driver,
    E: Send + 'static,
    O: 'static,
{
    /// Makes a group on `driver`; `start` is called at the first poll.
    #[track_caller]
    pub(super) fn on<S>(driver: D, start: S) -> Self
    where
        S: FnOnce(&TaskGroup<D, E>) -> Take<O> + Send + 'static,
    {
        Self::from_source(Source::Given(driver), start)
    }

    /// Makes a group on the backend that polls it first.
    #[track_caller]
    pub(super) fn ambient<S>(start: S) -> Self
    where
        D: Ambient,
        S: FnOnce(&TaskGroup<D, E>) -> Take<O> + Send + 'static,
    {
        Self::from_source(Source::ambient(), start)
    }

    #[track_caller]
    pub(super) fn from_source<S>(source: Source<D>, start: S) -> Self
    where
        S: FnOnce(&TaskGroup<D, E>) -> Take<O> + Send + 'static,
    {
        let body: Start<D, E, O> = Box::new(|group| ready(Ok(start(&group))));
        Self { group: Some(RunGroup::making(source, body)) }
    }
}

impl<D, E, O> FanOut<D, E, O> {
    /// Whether it has given its result, or resumed a panic.
    pub(super) fn is_over(&self) -> bool {
        self.group.is_none()
    }

    /// Cancels the children that have not ended, as a dropped group does.
    pub(super) fn abandon(&mut self) {
        self.group = None;
    }
}

impl<D, E, O> Future for FanOut<D, E, O>
where
    D: Driver,
    E: Send + 'static,
{
    type Output = Result<O, GroupError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Taken out, so that a panic that it resumes leaves nothing to be polled again.
        let Some(mut group) = self.group.take() else {
            panic!("a group was polled after it had given its result");
        };
        let Poll::Ready(result) = Pin::new(&mut group).poll(cx) else {
            self.group = Some(group);
            return Poll::Pending;
        };
        drop(group);
        Poll::Ready(result.and_then(|take| {
            let cut = || GroupError::Cancelled(Cancelled::new(Reason::Requested));
            take().ok_or_else(cut)
        }))
    }
}

impl<D, E, O> Debug for FanOut<D, E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.group {
            Some(group) => Debug::fmt(group, f),
            None => f.write_str("(over)"),
        }
    }
}
