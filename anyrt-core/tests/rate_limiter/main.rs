//! A rate limiter on a clock that the test turns: when everybody passes is exact.

mod clock;
mod crowd;
mod cuts;
mod model;

use std::time::Duration;

use anyrt_core::Driver;
use anyrt_core::sync::RateLimiter;

use clock::Clock;
use crowd::Crowd;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// One every 100 ms.
fn ten_per_second(clock: &Clock) -> RateLimiter<Clock> {
    RateLimiter::on(clock.clone(), 10, ms(1_000))
}

#[test]
fn waiters_pass_evenly_and_in_order() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    let mut crowd = Crowd::new(&clock);
    for _ in 0..30 {
        crowd.join(limiter.acquire());
    }
    assert_eq!(crowd.done(), [(0, 0)], "only the first passes at once");
    assert_eq!(clock.timers(), 1, "only the next has a timer");
    assert_eq!(limiter.statistics().waiting, 29);
    crowd.run_to(ms(10_000));
    let expected: Vec<_> = (0..30).map(|id| (id, id as u128 * 100)).collect();
    assert_eq!(crowd.done(), expected);
    let statistics = limiter.statistics();
    assert_eq!((statistics.passed, statistics.waiting, clock.timers()), (30, 0, 0));
}

#[test]
fn a_burst_passes_at_once_and_is_saved_up_again() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock).with_burst(3);
    let mut crowd = Crowd::new(&clock);
    for _ in 0..5 {
        crowd.join(limiter.acquire());
    }
    crowd.run_to(ms(1_000));
    assert_eq!(crowd.done(), [(0, 0), (1, 0), (2, 0), (3, 100), (4, 200)]);
    for _ in 0..4 {
        crowd.join(limiter.acquire());
    }
    crowd.run_to(ms(2_000));
    assert_eq!(crowd.done()[5..], [(5, 1_000), (6, 1_000), (7, 1_000), (8, 1_100)]);
}

#[test]
fn the_clock_counts_from_the_first_use() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    clock.go_to(ms(7_777));
    let mut crowd = Crowd::new(&clock);
    for _ in 0..3 {
        crowd.join(limiter.acquire());
    }
    crowd.run_to(ms(10_000));
    assert_eq!(crowd.done(), [(0, 7_777), (1, 7_877), (2, 7_977)]);
}

#[test]
fn many_wait_as_long_as_so_many_single_ones_and_nobody_overtakes() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock).with_burst(2);
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire_many(6));
    crowd.join(limiter.acquire());
    crowd.join(limiter.acquire_many(2));
    crowd.join(limiter.acquire_many(0));
    crowd.run_to(ms(2_000));
    assert_eq!(crowd.done(), [(0, 400), (1, 500), (2, 700), (3, 700)]);
    assert_eq!(limiter.statistics().passed, 9);
}

#[test]
fn try_acquire_passes_only_if_nobody_waits() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    assert!(limiter.try_acquire().is_ok());
    assert!(limiter.try_acquire().is_err(), "it is too early");
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire());
    let second = crowd.join(limiter.acquire());
    // Both could pass by now, had the first been polled.
    clock.go_to(ms(500));
    assert!(limiter.try_acquire().is_err(), "others wait");
    crowd.drop_waiter(second);
    assert!(limiter.try_acquire().is_err(), "another waits");
    crowd.settle();
    assert_eq!(crowd.done(), [(0, 500)]);
    clock.go_to(ms(600));
    assert!(limiter.try_acquire().is_ok());
}

#[test]
fn who_is_polled_late_leaves_no_burst_behind() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    let mut crowd = Crowd::new(&clock);
    for _ in 0..4 {
        crowd.join(limiter.acquire());
    }
    clock.go_to(ms(950));
    crowd.run_to(ms(2_000));
    assert_eq!(crowd.done(), [(0, 0), (1, 950), (2, 1_050), (3, 1_150)]);
}

#[test]
fn a_rate_that_no_clock_reaches_waits_without_a_timer() {
    let clock = Clock::new();
    let limiter = RateLimiter::on(clock.clone(), 1, Duration::MAX);
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire());
    let second = crowd.join(limiter.acquire());
    let third = crowd.join(limiter.acquire());
    crowd.run_to(ms(1 << 40));
    assert_eq!((crowd.done(), clock.timers()), (vec![(0, 0)], 0));
    crowd.drop_waiter(second);
    crowd.settle();
    assert!(!crowd.is_done(third));
}

#[test]
fn a_loop_that_never_has_to_wait_lets_others_have_their_turn() {
    let clock = Clock::new();
    let limiter = RateLimiter::on(clock.clone(), usize::MAX, Duration::from_nanos(1))
        .with_burst(1_000_000_000);
    let mut crowd = Crowd::new(&clock);
    let endless = crowd.add(async {
        for _ in 0..1_000 {
            limiter.acquire().await;
        }
    });
    assert!(crowd.poll(endless).is_pending(), "law F2");
    assert!(limiter.statistics().passed < 1_000 && crowd.is_woken(endless));
}

#[test]
fn its_state_is_seen_in_debug() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock).with_burst(2);
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire_many(3));
    let text = format!("{limiter:?}");
    let expected = "RateLimiter { count: 10, period: 1s, burst: 2, passed: 0, waiting: 1 }";
    assert_eq!(text, expected);
    assert_eq!(clock.name(), "clock");
}
