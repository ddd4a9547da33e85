//! What a cancel scope and its handle can do on any backend.

use std::fmt::Debug;
use std::future::Future;
use std::time::{Duration, Instant};

use crate::error::{Cancelled, Reason};

/// A part of a program that can be cancelled.
///
/// It may have a deadline and a shield.
pub trait CancelScope: Sized + Send + 'static {
    /// What cancels the scope from elsewhere.
    type Handle: CancelHandle;

    /// Sets a deadline so long after the first poll.
    ///
    /// The value `Duration::MAX` means none.
    #[must_use]
    fn with_timeout(self, timeout: Duration) -> Self;

    /// Sets a deadline.
    #[must_use]
    fn with_deadline(self, deadline: Instant) -> Self;

    /// Shields what runs in the scope from outer cancellation.
    #[must_use]
    fn shielded(self) -> Self;

    /// Gives a handle that any thread may use.
    fn handle(&self) -> Self::Handle;

    /// Runs `future` in the scope.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if this scope absorbed a cancellation.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    fn run<F>(self, future: F) -> impl Future<Output = Result<F::Output, Cancelled>> + Send
    where
        F: Future<Output: Send> + Send;
}

/// What cancels a scope, from any thread, any number of times.
pub trait CancelHandle: Clone + Debug + Send + Sync + 'static {
    /// Cancels the scope; the first call stays.
    fn cancel(&self);

    /// Cancels the scope and says why; the first reason stays.
    fn cancel_with(&self, reason: Reason);

    /// Tells whether the scope was cancelled, by a call or by its deadline.
    fn cancel_called(&self) -> bool;

    /// Tells whether the scope absorbed a cancellation.
    ///
    /// Its `run` gave `Cancelled` then.
    fn cancelled_caught(&self) -> bool;

    /// Gives the scope's own deadline.
    fn deadline(&self) -> Option<Instant>;

    /// Moves, sets or removes the deadline; one that has struck stays struck.
    fn set_deadline(&self, deadline: Option<Instant>);

    /// Raises or lowers the shield.
    fn set_shield(&self, shield: bool);
}
