//! Laws P5, X3 and H1 on each backend: whatever happens, every item is accounted for.
//!
//! Tasks send, receive, reserve, cancel, drop and close at random, on two threads. Afterwards what was
//! sent is what was received, where there is one receiver in the order of each sender; what was handed back
//! or dropped with its future was not. `ANYRT_SEED` chooses a run, and a failure names its seed.

mod faults;
mod round;

use std::any::Any;
use std::collections::hash_map::RandomState;
use std::env;
use std::hash::BuildHasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::Duration;

use anyrt::AnyBackend;
use anyrt::channel::{self, Receiver, Sender};
use anyrt_core::{Receiver as AnyReceiver, Sender as AnySender};
use round::one_round;

const ROUNDS: u64 = 1_000;

/// Makes runs until one fails, and gives its seed and what it said.
fn failure<S, R>(backend: &str, make: impl Fn(Option<usize>) -> (S, R)) -> Option<(u64, String)>
where
    S: AnySender<usize>,
    R: AnyReceiver<usize>,
{
    let backend: AnyBackend = backend.parse().unwrap();
    let seed = env::var("ANYRT_SEED").ok().and_then(|seed| seed.parse().ok());
    let first: u64 = seed.unwrap_or_else(|| RandomState::new().hash_one(0) >> 1);
    (first..first + ROUNDS).find_map(|seed| {
        let round = async {
            let in_time = anyrt::fail_after(Duration::from_secs(30), one_round(seed, &make));
            in_time.await.expect("a round ends in time");
        };
        let ended = catch_unwind(AssertUnwindSafe(|| anyrt::run_on(&backend, round)));
        ended.err().map(|panic| (seed, message(&*panic)))
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default()
}

fn good(capacity: Option<usize>) -> (Sender<usize>, Receiver<usize>) {
    capacity.map_or_else(channel::unbounded, channel::bounded)
}

/// Runs in a process of its own: the executors read in the environment how many threads they have.
fn every_item_is_accounted_for(backend: &str) {
    const INSIDE: &str = "ANYRT_TWO_THREADS";
    if env::var_os(INSIDE).is_some() {
        if let Some((seed, message)) = failure(backend, good) {
            panic!("ANYRT_SEED={seed} fails: {message}");
        }
        return;
    }
    let name = format!("on_{}", backend.replace('-', "_"));
    let program = env::current_exe().expect("a test has a program");
    let run = Command::new(program)
        .args([&name, "--exact", "--nocapture"])
        .envs(
            [INSIDE, "SMOL_THREADS", "ASYNC_STD_THREAD_COUNT", "TOKIO_WORKER_THREADS"]
                .map(|name| (name, "2")),
        )
        .output()
        .expect("the program of the tests starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn on_tokio() {
    every_item_is_accounted_for("tokio");
}

#[test]
fn on_smol() {
    every_item_is_accounted_for("smol");
}

#[test]
fn on_async_std() {
    every_item_is_accounted_for("async-std");
}
