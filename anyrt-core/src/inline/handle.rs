//! The handle of an inline group, through which children are spawned.

use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use super::child_set::Inbox;
use crate::driver::Driver;
use crate::error::{GROUP_CLOSED, GroupClosed, Reason};
use crate::group::{Host, LimitedGroup, Readiness, Start, TaskGroup, TaskHandle};
use crate::outcome::Outcome;

/// A group whose children run inside its owner's task, and may borrow.
///
/// Clones mean the same group. `'env` is what the children may borrow from: whatever outlives the
/// future of the group.
///
/// The children are concurrent, not parallel, and make progress only while the group's future is
/// polled. An owner that holds a lock and waits for something else meanwhile, in a `select!` for
/// instance, must not need a child to release it: that is a *futurelock*. Children of a
/// [`TaskGroup`] do not have this danger.
#[doc(alias = "moro")]
#[doc(alias = "FuturesUnordered")]
pub struct InlineGroup<'env, D, E> {
    group: TaskGroup<D, E>,
    inbox: Arc<Inbox<'env>>,
}

impl<D, E> Clone for InlineGroup<'_, D, E> {
    fn clone(&self) -> Self {
        Self { group: self.group.clone(), inbox: self.inbox.clone() }
    }
}

impl<'env, D: Driver, E: Send + 'static> InlineGroup<'env, D, E> {
    pub(super) fn new(group: TaskGroup<D, E>, inbox: Arc<Inbox<'env>>) -> Self {
        Self { group, inbox }
    }

    /// Starts a child; never waits, and never runs it on the caller's stack.
    ///
    /// # Panics
    ///
    /// Panics at the caller's line if the group has ended; [`try_spawn`](Self::try_spawn) gives the
    /// future back.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> TaskHandle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        match self.try_spawn(future) {
            Ok(handle) => handle,
            Err(GroupClosed(_)) => panic!("{GROUP_CLOSED}"),
        }
    }

    /// Starts a child, if the group has not ended.
    ///
    /// # Errors
    ///
    /// [`GroupClosed`] with the future, if the group has ended.
    #[track_caller]
    pub fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<TaskHandle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        self.spawn_from(Location::caller(), future)
    }

    /// Starts a child, and waits until it says that it is ready.
    ///
    /// `make` gets what the child says it with, and gives the child's future. Until then the scopes
    /// around this call govern the child, and afterwards the group's (law R5).
    ///
    /// # Panics
    ///
    /// Resumes the panic of a child that was not ready yet.
    ///
    /// # Errors
    ///
    /// [`StartError`](crate::error::StartError) as of [`TaskGroup::start`].
    ///
    /// # Cancel safety
    ///
    /// **Safe.** When the call is cancelled, a child that is not ready is cancelled and joined. When
    /// foreign code drops it, such a child is cancelled, and the group waits for it and takes its
    /// failure (law R4).
    #[track_caller]
    pub fn start<V, M, F>(&self, make: M) -> Start<D, E, M, F, V, Self>
    where
        V: Send + 'static,
        M: FnOnce(Readiness<V, E>) -> F,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        Start::new(self.clone(), Location::caller(), make, None)
    }

    /// Gives the same group, which calls the children it spawns by this name.
    ///
    /// See [`TaskGroup::named`].
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        Self { group: self.group.named(name), inbox: self.inbox.clone() }
    }

    /// Gives the same group, whose new children end with the others.
    ///
    /// See [`TaskGroup::background`].
    #[must_use]
    #[doc(alias = "daemon")]
    pub fn background(&self) -> Self {
        Self { group: self.group.background(), inbox: self.inbox.clone() }
    }

    /// Gives the same group, in which at most `limit` children run at once.
    ///
    /// Only those are counted that are spawned through this and its clones.
    pub fn limited(&self, limit: usize) -> LimitedGroup<D, E, Self> {
        LimitedGroup::new(self.clone(), limit)
    }

    /// Sets, moves or removes the deadline of the group (law D8).
    ///
    /// See [`TaskGroup::set_deadline`].
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.group.set_deadline(deadline);
    }

    /// Cancels the body and all children (law E6).
    pub fn cancel(&self) {
        self.group.cancel();
    }

    /// Cancels the body and all children, and says why.
    ///
    /// The first reason stays.
    pub fn cancel_with(&self, reason: impl Into<Reason>) {
        self.group.cancel_with(reason);
    }
}

impl<'env, D: Driver, E: Send + 'static> Host<'env, D, E> for InlineGroup<'env, D, E> {
    fn group(&self) -> &TaskGroup<D, E> {
        &self.group
    }

    /// Has the group's own future poll a child.
    fn launch(&self, child: impl Future<Output = ()> + Send + 'env) {
        self.inbox.push(Box::pin(child));
    }
}

impl<'env, D: Driver, E: Send + 'static> crate::backend::InlineGroup<'env, E>
    for InlineGroup<'env, D, E>
{
    type Handle<T: Send + 'static> = TaskHandle<T>;

    #[track_caller]
    fn spawn<F>(&self, future: F) -> TaskHandle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        self.spawn(future)
    }

    #[track_caller]
    fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<TaskHandle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        self.try_spawn(future)
    }

    fn cancel(&self) {
        self.cancel();
    }

    fn cancel_with(&self, reason: Reason) {
        self.cancel_with(reason);
    }
}

impl<D: Driver, E: Send + 'static> Debug for InlineGroup<'_, D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InlineGroup").field(&self.group).finish()
    }
}
