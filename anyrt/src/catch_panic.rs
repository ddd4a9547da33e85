//! A panic as a value.

use std::future::IntoFuture;

use crate::future::CatchPanic;

/// Runs a future, and gives its panic as a value.
///
/// Neither its group nor its siblings hear of a panic: whoever restarts what has crashed goes on. All
/// that the future had started has ended by then, as its groups see to that (law E12). The panic is still
/// reported by the panic hook. What the future shared with others may be left half done, unless its
/// destructors mend that.
///
/// # Panics
///
/// The future panics if it is polled after its end.
///
/// # Errors
///
/// The [`Panic`](crate::Panic), with its message and payload.
///
/// # Cancel safety
///
/// **Safe** as far as the future is. A cancellation is no panic, and passes through.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::Backoff;
///
/// // A service that is started again when it has crashed, and given up after the third time.
/// let mut starts = 0;
/// let pauses = Backoff::constant(Duration::from_millis(1)).attempts(3);
/// let crashed = anyrt::run(anyrt::retry(pauses, || {
///     starts += 1;
///     anyrt::catch_panic(async move {
///         if starts < 3 { panic!("crash number {starts}") }
///         starts
///     })
/// }));
/// assert_eq!(crashed.unwrap(), 3);
/// ```
#[doc(alias = "catch_unwind")]
pub fn catch_panic<F: IntoFuture>(future: F) -> CatchPanic<F::IntoFuture> {
    anyrt_core::task::catch_panic(future)
}
