//! Calling again what has failed.

use std::future::Future;
use std::time::Duration;

use crate::future::Retry;

/// Calls again after a failure and a delay, as long as there are delays.
///
/// The delays are any iterator; [`Backoff`](crate::Backoff) makes some that grow. Each wait is a
/// checkpoint, so that a timeout around it bounds all calls and waits together. What must not be
/// tried again ends in a value, for example in `Ok(Err(..))`.
///
/// In a child of a group it restarts what has failed, and keeps the siblings running meanwhile; with
/// [`catch_panic`](crate::catch_panic()) also what has crashed.
///
/// # Panics
///
/// Panics at the first wait if there is no backend ([`AnyBackend::current`]). A panic of the closure or
/// of its future passes through, without another call.
///
/// # Errors
///
/// The last failure, once there are no more delays.
///
/// # Cancel safety
///
/// **Safe** as far as the closure's futures are; how many calls there were is forgotten.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::Backoff;
///
/// let mut calls = 0;
/// let third = anyrt::retry([Duration::ZERO; 5], || {
///     calls += 1;
///     async move { if calls < 3 { Err("refused") } else { Ok(calls) } }
/// });
/// assert_eq!(anyrt::run(third), Ok(3));
///
/// // A child that is restarted with a back-off, and then given up:
/// let backoff = Backoff::exponential(Duration::from_millis(1), Duration::from_secs(1)).attempts(4);
/// let failed = anyrt::run(anyrt::task_group(async |group: anyrt::TaskGroup<&'static str>| {
///     group.spawn(anyrt::retry(backoff, || async { Err::<(), _>("refused") }));
/// }));
/// assert_eq!(failed.unwrap_err().failures(), ["refused"]);
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "backoff")]
#[doc(alias = "supervisor")]
pub fn retry<I, M, F, T, E>(delays: I, make: M) -> Retry<I::IntoIter, M, F>
where
    I: IntoIterator<Item = Duration>,
    M: FnMut() -> F,
    F: Future<Output = Result<T, E>>,
{
    Retry::ambient(delays, make)
}
