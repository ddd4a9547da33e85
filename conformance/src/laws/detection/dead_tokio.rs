//! A tokio that is shut down, or has no timers.
//!
//! A program on any backend may hold such a runtime, so each of them tries.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyrt_core::error::{GroupError, Reason};
use tokio::runtime::{Builder, Handle};

use super::detect::{Detector, GroupOutcome};
use super::several::{as_task, new_tokio};
use crate::support::{describe, late};

/// Says with what a future panics that is polled by a task of this runtime.
fn panic_of<T: Send + 'static>(
    runtime: &str,
    what: &str,
    make: impl FnOnce() -> T + Send + 'static,
) -> String {
    let caught = as_task(runtime, async move { catch_unwind(AssertUnwindSafe(make)).err() });
    let Some(payload) = caught else { panic!("{what} did not panic") };
    describe(&*payload)
}

/// Polls a future on this thread, where the context of a runtime is entered.
fn poll_in<T>(handle: &Handle, future: impl Future<Output = T>) -> T {
    let _context = handle.enter();
    crate::support::block_on(future)
}

pub(super) fn n7(detector: &Detector, name: &'static str) {
    let Detector { sleep_on, fail_after, group_on, .. } = *detector;
    let shut_down = new_tokio();
    let dead = shut_down.handle().clone();
    drop(shut_down);
    let remedy = "keep its `Runtime` until all that uses it has ended";

    let handle = dead.clone();
    let make = move || crate::support::block_on(sleep_on(handle));
    let text = panic_of(name, "a sleep after the shutdown", make);
    assert!(text.contains(remedy), "a sleep after the shutdown says: {text}");
    let handle = dead.clone();
    let make = move || poll_in(&handle, fail_after());
    // These two answer themselves.
    if !["async-std", "sim"].contains(&name) {
        let text = panic_of(name, "a timeout after the shutdown", make);
        assert!(text.contains(remedy), "a timeout after the shutdown says: {text}");
    }

    let timerless = Builder::new_multi_thread().worker_threads(1).build().expect("threads");
    let handle = timerless.handle().clone();
    let make = move || crate::support::block_on(sleep_on(handle));
    let text = panic_of(name, "a sleep without timers", make);
    assert!(text.contains("enable_time"), "a sleep without timers says: {text}");
    drop(timerless);

    // No hang, and no value: the group is cancelled.
    let outcome = as_task(name, group_on(dead, Box::new(|| ())));
    assert!(is_shutdown(&outcome), "a group after the shutdown gave {outcome:?}");
    let held = new_tokio();
    let handle = held.handle().clone();
    let begun = move || drop(late(move || held.shutdown_background()));
    let outcome = as_task(name, group_on(handle, Box::new(begun)));
    assert!(is_shutdown(&outcome), "a group held across the shutdown gave {outcome:?}");
}

fn is_shutdown(outcome: &GroupOutcome) -> bool {
    match outcome {
        Err(GroupError::Cancelled(cancelled)) => *cancelled.reason() == Reason::Shutdown,
        _ => false,
    }
}
