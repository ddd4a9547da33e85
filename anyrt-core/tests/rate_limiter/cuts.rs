//! Waiters that go away: dropped, cut, at the head of the queue and behind it.

use std::future::Future;

use anyrt_core::scope::CancelScope;
use anyrt_core::sync::RateLimiter;

use crate::clock::Clock;
use crate::crowd::Crowd;
use crate::{ms, ten_per_second};

#[test]
fn whoever_is_dropped_slows_nobody() {
    for gone in 1..5 {
        let clock = Clock::new();
        let limiter = ten_per_second(&clock);
        let mut crowd = Crowd::new(&clock);
        for _ in 0..6 {
            crowd.join(limiter.acquire());
        }
        crowd.run_to(ms(50));
        crowd.drop_waiter(gone);
        crowd.run_to(ms(1_000));
        let left = (0..6).filter(|id| *id != gone);
        let expected: Vec<_> = left.zip((0..).map(|place| place * 100)).collect();
        assert_eq!(crowd.done(), expected, "without {gone}");
        assert_eq!(limiter.statistics().passed, 5);
    }
}

#[test]
fn a_large_head_that_goes_away_gives_back_the_time_it_waited_for() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock).with_burst(2);
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire_many(2));
    let large = crowd.join(limiter.acquire_many(100));
    crowd.join(limiter.acquire());
    crowd.join(limiter.acquire_many(4));
    crowd.run_to(ms(150));
    assert_eq!(crowd.done(), [(0, 0)], "nobody overtakes the large one");
    crowd.drop_waiter(large);
    crowd.run_to(ms(2_000));
    assert_eq!(crowd.done(), [(0, 0), (2, 150), (3, 500)]);
}

#[test]
fn dropped_after_any_number_of_polls_nothing_is_lost() {
    for polls in 0..4 {
        for is_head in [true, false] {
            for time in [0, 50, 100, 250] {
                let clock = Clock::new();
                let limiter = ten_per_second(&clock);
                let mut crowd = Crowd::new(&clock);
                crowd.join(limiter.acquire());
                let before = (!is_head).then(|| crowd.join(limiter.acquire()));
                let dropped = crowd.add(limiter.acquire());
                let behind = crowd.add(limiter.acquire());
                for poll in 0..polls {
                    assert!(crowd.poll(dropped).is_pending());
                    if poll == 0 {
                        assert!(crowd.poll(behind).is_pending());
                    }
                }
                clock.go_to(ms(time));
                crowd.drop_waiter(dropped);
                crowd.run_to(ms(1_000));
                let seen = format!("{polls} polls, head {is_head}, {time} ms: {:?}", crowd.done());
                assert!(before.is_none_or(|id| crowd.is_done(id)), "{seen}");
                assert!(crowd.is_done(behind), "{seen}");
                let statistics = limiter.statistics();
                assert_eq!(statistics.waiting, 0, "{seen}");
                assert_eq!(statistics.passed as usize, crowd.done().len(), "{seen}");
                assert_eq!(clock.timers(), 0, "{seen}");
            }
        }
    }
}

#[test]
fn a_turn_that_nobody_took_yet_passes_on() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire());
    let [head, second, third] = [(); 3].map(|()| crowd.join(limiter.acquire()));
    crowd.drop_waiter(head);
    assert!(crowd.is_woken(second) && !crowd.is_woken(third), "the turn is the second one's");
    crowd.drop_waiter(second);
    assert!(crowd.is_woken(third), "the turn passes on");
    crowd.run_to(ms(1_000));
    assert_eq!(crowd.done(), [(0, 0), (third, 100)]);
}

/// Runs an acquire in a scope; gives what cancels it.
fn cancellable<'a>(
    clock: &Clock,
    limiter: &'a RateLimiter<Clock>,
) -> (impl Future<Output = ()> + 'a, impl Fn() + use<>) {
    let scope = CancelScope::on(clock.clone());
    let handle = scope.handle();
    let run = scope.run(limiter.acquire());
    let waiter = async move {
        let _ = run.await;
    };
    (waiter, move || handle.cancel())
}

#[test]
fn who_is_cut_does_not_pass_and_the_next_one_does() {
    for (cut, others) in [(1, [(2, 100), (3, 200)]), (2, [(1, 100), (3, 200)])] {
        let clock = Clock::new();
        let limiter = ten_per_second(&clock);
        let mut crowd = Crowd::new(&clock);
        crowd.join(limiter.acquire());
        let mut cancel = Vec::new();
        for _ in 1..4 {
            let (waiter, handle) = cancellable(&clock, &limiter);
            crowd.join(waiter);
            cancel.push(handle);
        }
        crowd.run_to(ms(50));
        cancel[cut - 1]();
        crowd.run_to(ms(1_000));
        let mut expected = vec![(0, 0), (cut, 50)];
        expected.extend(others);
        assert_eq!(crowd.done(), expected, "{cut} is cut");
        assert_eq!(limiter.statistics().passed, 3, "{cut} is cut");
    }
}

#[test]
fn who_is_cut_when_it_could_pass_does_not() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    let mut crowd = Crowd::new(&clock);
    crowd.join(limiter.acquire());
    let (waiter, cancel) = cancellable(&clock, &limiter);
    crowd.join(waiter);
    crowd.join(limiter.acquire());
    clock.go_to(ms(100));
    cancel();
    crowd.settle();
    assert_eq!(crowd.done(), [(0, 0), (1, 100), (2, 100)]);
    assert_eq!(limiter.statistics().passed, 2, "the one that was cut did not pass");
}

#[test]
fn nothing_passes_in_a_cancelled_scope() {
    let clock = Clock::new();
    let limiter = ten_per_second(&clock);
    let mut crowd = Crowd::new(&clock);
    let (waiter, cancel) = cancellable(&clock, &limiter);
    cancel();
    crowd.join(waiter);
    crowd.settle();
    assert_eq!(crowd.done(), [(0, 0)]);
    assert_eq!(limiter.statistics().passed, 0);
    assert!(limiter.try_acquire().is_ok());
}
