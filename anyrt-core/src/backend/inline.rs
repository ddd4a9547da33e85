//! What a group whose children may borrow can do on any backend.

use std::future::Future;

use super::TaskHandle;
use crate::error::{GroupClosed, Reason};
use crate::outcome::Outcome;

/// A group whose children run inside its owner's task, and may borrow.
///
/// `'env` is what the children may borrow from: whatever outlives the future of the group. They
/// keep the laws of a [`TaskGroup`](super::TaskGroup)'s children (law I2), but get on only while
/// that future is polled.
pub trait InlineGroup<'env, E: Send + 'static>: Clone + Send + Sync + 'env {
    /// What [`spawn`](Self::spawn) gives: await it for the child's value.
    type Handle<T: Send + 'static>: TaskHandle<T>;

    /// Starts a child; never waits, and never runs it on the caller's stack.
    ///
    /// # Panics
    ///
    /// Panics at the caller's line if the group has ended; `try_spawn` gives the future back.
    #[track_caller]
    fn spawn<F>(&self, future: F) -> Self::Handle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env;

    /// Starts a child, if the group has not ended.
    ///
    /// # Errors
    ///
    /// [`GroupClosed`] with the future, if the group has ended.
    #[track_caller]
    #[expect(clippy::type_complexity, reason = "the value's type is an associated type")]
    fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<Self::Handle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env;

    /// Cancels the body and all children.
    fn cancel(&self);

    /// Cancels the body and all children, and says why.
    ///
    /// The first reason stays.
    fn cancel_with(&self, reason: Reason);
}
