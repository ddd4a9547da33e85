//! A rate limiter: the turn is never lost.
//!
//! No time passes, so whoever is in the burst passes, and the others wait for ever.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;

use super::threads::Threads;
use super::{block_on, model, poll_once};
use crate::sync::RateLimiter;

fn burst(burst: usize) -> Arc<RateLimiter<Threads>> {
    Arc::new(RateLimiter::on(Threads, 1, Duration::from_secs(1)).with_burst(burst))
}

#[test]
fn whoever_has_the_turn_and_is_dropped_hands_it_on() {
    model(|| {
        let limiter = burst(1);
        let (dropped, waiting) = (limiter.clone(), limiter.clone());
        let dropped = thread::spawn(move || {
            poll_once(dropped.acquire_many(2));
        });
        let waiting = thread::spawn(move || block_on(waiting.acquire()));
        dropped.join().unwrap();
        waiting.join().unwrap();
        assert_eq!(limiter.statistics().passed, 1);
    });
}

#[test]
fn whoever_was_given_the_turn_and_is_dropped_hands_it_on() {
    model(|| {
        let limiter = burst(2);
        let [first, dropped, waiting] = [(); 3].map(|()| limiter.clone());
        let first = thread::spawn(move || {
            poll_once(first.acquire_many(3));
        });
        let dropped = thread::spawn(move || {
            poll_once(dropped.acquire());
        });
        let waiting = thread::spawn(move || block_on(waiting.acquire()));
        for thread in [first, dropped, waiting] {
            thread.join().unwrap();
        }
        assert_eq!(limiter.statistics().waiting, 0);
    });
}

#[test]
fn whoever_passes_hands_the_turn_on() {
    model(|| {
        let limiter = burst(2);
        let [dropped, first, second] = [(); 3].map(|()| limiter.clone());
        let dropped = thread::spawn(move || {
            poll_once(dropped.acquire_many(3));
        });
        let passing =
            [first, second].map(|limiter| thread::spawn(move || block_on(limiter.acquire())));
        dropped.join().unwrap();
        passing.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(limiter.statistics().passed, 2);
    });
}
