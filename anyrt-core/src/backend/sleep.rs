//! What a timer can do on any backend.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

/// A wait on the clock.
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
pub trait Sleep: Future<Output = ()> + Send + Sync + 'static {
    /// Moves the end of the wait, also of one that has ended.
    fn reset(self: Pin<&mut Self>, deadline: Instant);
}
