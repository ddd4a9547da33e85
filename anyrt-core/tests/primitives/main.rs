//! What all primitives have in common: fair queues from which nothing is lost (laws F1, P1, P2, P4, X3).
//!
//! Each is driven through sequences of steps, every short one and many long ones, and compared after each
//! step with a model of a few lines. What only one of them does is tested in the file of its name.

mod barrier;
mod capacity_limiter;
mod condvar;
mod event;
mod model;
mod mutex;
mod once_cell;
mod resource_guard;
mod rw_lock;
mod semaphore;
mod steps;
mod subjects;
mod support;

use std::hash::{BuildHasher, RandomState};

use steps::{every_sequence, random_sequence};
use subjects::SUBJECTS;
use support::in_time;

#[test]
fn every_short_sequence_of_steps_goes_as_in_the_model() {
    for &subject in SUBJECTS {
        in_time(move || {
            let count = every_sequence(subject, 6);
            assert!(count > 1_000, "{}: only {count} sequences", subject.name);
        });
    }
}

#[test]
fn long_sequences_of_steps_go_as_in_the_model() {
    let given = std::env::var("ANYRT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| RandomState::new().hash_one(0));
    for &subject in SUBJECTS {
        in_time(move || {
            for round in 0..200 {
                random_sequence(subject, seed.wrapping_add(round), 100);
            }
        });
    }
}
