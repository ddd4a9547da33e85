//! Twenty fetches, at most five at once.
//!
//! asyncio, Trio and `AnyIO`: a `Semaphore`, or a `CapacityLimiter`. To limit how many begin in each
//! second, whatever they take, there is `anyrt::sync::RateLimiter`.

use std::sync::Arc;
use std::time::Duration;

use anyrt::sync::Semaphore;
use anyrt::{GroupError, TaskGroup};

use crate::gauge::Gauge;

/// Fetches, a second each and at most so many at once, and gives how many were at once.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn rate_limit(
    fetches: usize,
    at_once: usize,
    second: Duration,
) -> Result<usize, GroupError> {
    let permits = Arc::new(Semaphore::new(at_once));
    let under_way = Arc::new(Gauge::default());
    anyrt::task_group(async |group: TaskGroup| {
        for _ in 0..fetches {
            let (permits, under_way) = (permits.clone(), under_way.clone());
            group.spawn(async move {
                let _permit = permits.acquire().await;
                let _counted = under_way.enter();
                anyrt::sleep(second).await; // the fetch
            });
        }
    })
    .await?;
    Ok(under_way.peak())
}

#[cfg(test)]
mod tests {
    use super::rate_limit;
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn five_at_once_take_four_rounds() {
        let (peak, took) = timed(rate_limit(20, 5, SECOND)).await;
        assert_eq!(peak, Ok(5));
        assert_took(took, SECOND * 4);
    }
}
