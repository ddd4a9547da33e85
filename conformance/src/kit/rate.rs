//! What lets so many pass in each period.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyrt_core::Driver;
use anyrt_core::sync::RateLimiter;

/// A rate limiter by the clock of `D`.
#[doc(hidden)]
pub trait AnyRateLimiter<D: Driver>: Clone + Send + Sync + 'static {
    /// Lets `count` pass per `period`, and up to `burst` at once.
    fn on(driver: &D, count: usize, period: Duration, burst: usize) -> Self;
    /// Waits until so many may pass.
    fn acquire_many(&self, count: usize) -> impl Future<Output = ()> + Send;
    /// Passes if nobody has to wait.
    fn try_acquire(&self) -> bool;
}

impl<D: Driver> AnyRateLimiter<D> for Arc<RateLimiter<D>> {
    fn on(driver: &D, count: usize, period: Duration, burst: usize) -> Self {
        Self::new(RateLimiter::on(driver.clone(), count, period).with_burst(burst))
    }

    async fn acquire_many(&self, count: usize) {
        RateLimiter::acquire_many(self, count).await;
    }

    fn try_acquire(&self) -> bool {
        RateLimiter::try_acquire(self).is_ok()
    }
}
