//! `RateLimiter` through the facade: on each backend, and on a clock that is not the wall's.

#[path = "support/in_time.rs"]
mod in_time;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyrt::TaskGroup;
use anyrt::sync::RateLimiter;
use in_time::in_time;
use tokio::runtime::Builder;

const MS: fn(u64) -> Duration = Duration::from_millis;
/// Longer than any test.
const LIMIT: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_secs(3_600);

#[anyrt::test]
async fn children_pass_one_interval_apart() {
    let limiter = Arc::new(RateLimiter::new(200, MS(1_000)));
    let passed = Arc::new(Mutex::new(Vec::new()));
    let start = anyrt::now();
    let children = anyrt::task_group(|group: TaskGroup| {
        for _ in 0..8 {
            let (limiter, passed) = (limiter.clone(), passed.clone());
            group.spawn(async move {
                limiter.acquire().await;
                passed.lock().unwrap().push(anyrt::now() - start);
            });
        }
        async {}
    });
    anyrt::fail_after(LIMIT, children).await.expect("it hangs").unwrap();
    let mut passed = passed.lock().unwrap().clone();
    passed.sort();
    for (place, time) in passed.iter().enumerate() {
        assert!(*time >= place as u32 * MS(5), "number {place} passed after {time:?}");
    }
    assert_eq!(limiter.statistics().passed, 8);
}

#[anyrt::test]
async fn a_timeout_around_a_wait_slows_nobody() {
    let limiter = RateLimiter::new(1, MS(40));
    let start = anyrt::now();
    limiter.acquire().await;
    let tried = anyrt::fail_after(MS(5), limiter.acquire_many(1_000)).await;
    assert!(tried.is_err());
    anyrt::fail_after(LIMIT, limiter.acquire()).await.expect("it hangs");
    let elapsed = anyrt::now() - start;
    assert!(elapsed >= MS(40), "{elapsed:?}");
    let statistics = limiter.statistics();
    assert_eq!((statistics.passed, statistics.waiting), (2, 0));
}

#[test]
fn hours_pass_on_a_clock_that_is_virtual() {
    in_time(|| {
        let runtime =
            Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let real = Instant::now();
        runtime.block_on(async {
            let limiter = RateLimiter::new(1, HOUR).with_burst(2);
            let start = anyrt::now();
            let mut hours = Vec::new();
            for _ in 0..5 {
                limiter.acquire().await;
                hours.push((anyrt::now() - start).as_secs() / 3_600);
            }
            assert_eq!(hours, [0, 0, 1, 2, 3]);
            assert!(limiter.try_acquire().is_err());
        });
        assert!(real.elapsed() < HOUR);
    });
}
