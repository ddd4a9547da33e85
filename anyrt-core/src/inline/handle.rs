//! The handle of an inline group, through which children are spawned.

use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::child_set::Inbox;
use crate::driver::Driver;
use crate::error::{GROUP_CLOSED, GroupClosed, Reason};
use crate::group::{TaskGroup, TaskHandle};
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
        let (handle, child) = self.group.prepare(Location::caller(), future)?;
        self.inbox.push(Box::pin(child));
        Ok(handle)
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

impl<D: Driver, E: Send + 'static> Debug for InlineGroup<'_, D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InlineGroup").field(&self.group).finish()
    }
}
