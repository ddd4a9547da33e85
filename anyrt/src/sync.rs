//! Primitives for tasks that share something; the same on every backend.

use crate::backend::AnyBackend;

#[doc(inline)]
pub use anyrt_core::sync::*;

/// Lets only so many pass in each period, in the order of asking.
///
/// They pass evenly: one each `period / count`, the first at once. So no stretch of time as long as the
/// period sees more than `count`. After a [burst](anyrt_core::sync::RateLimiter::with_burst) was allowed,
/// it may see as many more as pass at once.
///
/// Nothing is held and given back: to limit how many are at work at the same time, take a [`Semaphore`].
///
/// Time is that of the backend which polls, counted from the first use. It needs no runtime until then,
/// and fits into a `static`. A waiter that is cancelled slows nobody (law L9).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::sync::RateLimiter;
///
/// /// Two at once, then one every 5 ms.
/// static REQUESTS: RateLimiter = RateLimiter::new(200, Duration::from_secs(1)).with_burst(2);
///
/// anyrt::run(async {
///     let start = anyrt::now();
///     for _ in 0..4 {
///         REQUESTS.acquire().await;
///         // .. send a request
///     }
///     assert!(anyrt::now() - start >= Duration::from_millis(10));
///     assert!(REQUESTS.try_acquire().is_err());
/// });
/// assert_eq!(REQUESTS.statistics().passed, 4);
/// ```
#[doc(alias = "throttle")]
#[doc(alias = "leaky bucket")]
pub type RateLimiter = anyrt_core::sync::RateLimiter<AnyBackend>;

/// The future of [`RateLimiter::acquire`](anyrt_core::sync::RateLimiter::acquire).
///
/// And of [`acquire_many`](anyrt_core::sync::RateLimiter::acquire_many).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
pub type RateAcquire<'a> = anyrt_core::sync::RateAcquire<'a, AnyBackend>;
