//! What cannot go on is an error that says why, and never a hang.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use anyrt_core::Driver;
use anyrt_core::prelude::*;
use anyrt_core::sync::Mutex;
use anyrt_sim::{Cause, Sim, SimBackend};

use crate::{Group, here};

/// Two tasks that lock in the opposite order; whether they meet depends on the seed.
async fn opposite_locks() {
    let sim = here();
    let (left, right) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let ended = sim.task_group(async |group: Group| {
        for (name, first, second) in [("left", &left, &right), ("right", &right, &left)] {
            let (first, second) = (first.clone(), second.clone());
            group.named(name).spawn(async move {
                let mut first = first.lock().await;
                anyrt_core::task::yield_now().await;
                let mut second = second.lock().await;
                *first += 1;
                *second += 1;
            });
        }
    });
    ended.await.unwrap();
}

#[test]
fn a_deadlock_shows_who_waits_for_what() {
    let failure = Sim::new(0).try_explore(0..1000, opposite_locks).unwrap_err();
    let error = failure.error().expect("no panic");
    assert_eq!(error.cause(), Cause::Deadlock);
    let text = failure.to_string();
    for part in ["deadlock", "`left`", "`right`", "waits for a lock", "stuck.rs", "waits for its"] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    assert!(text.contains(&format!("seed {}", failure.seed())), "{text}");

    let again = Sim::new(failure.seed()).try_run(opposite_locks()).unwrap_err();
    assert_eq!((again.polls(), again.at()), (error.polls(), error.at()), "the same run again");
}

#[test]
fn the_tree_is_that_of_the_own_world() {
    let other = SimBackend::new(1);
    let error = other.run(async {
        let inner = std::thread::spawn(|| {
            Sim::new(2).try_run(async {
                let sim = here();
                let waits = sim.task_group(async |group: Group| {
                    group.named("mine").spawn(pending::<()>());
                });
                waits.await.unwrap();
            })
        });
        inner.join().unwrap().unwrap_err()
    });
    let tree = error.task_tree();
    assert!(tree.contains("`mine`"), "{tree}");
    assert_eq!(tree.lines().filter(|line| line.starts_with("group")).count(), 1, "{tree}");
}

#[test]
fn run_panics_with_the_remedy() {
    let panic = catch_unwind(AssertUnwindSafe(|| Sim::new(17).run(pending::<()>())));
    let text = *panic.unwrap_err().downcast::<String>().unwrap();
    assert!(text.starts_with("deadlock:") && text.contains("Sim::new(17).run(..)"), "{text}");
}

#[test]
fn a_live_lock_reaches_the_poll_limit() {
    let spinning = Sim::new(0).poll_limit(5_000).try_run(async {
        loop {
            anyrt_core::task::yield_now().await;
        }
    });
    let error: anyrt_sim::SimError = spinning.map(|(): ()| ()).unwrap_err();
    assert_eq!((error.cause(), error.polls()), (Cause::PollLimit(5_000), 5_000));
    assert!(error.to_string().contains("`poll_limit`"), "{error}");
}

#[test]
fn what_ticks_for_ever_reaches_the_time_limit() {
    const HOUR: Duration = Duration::from_secs(3600);
    let ticking = Sim::new(0).time_limit(HOUR).try_run(async {
        loop {
            here().sleep(Duration::from_secs(1)).await;
        }
    });
    let error: anyrt_sim::SimError = ticking.map(|(): ()| ()).unwrap_err();
    assert_eq!((error.cause(), error.at()), (Cause::TimeLimit(HOUR), HOUR));
}

#[test]
fn an_error_has_the_trace_if_it_was_asked_for() {
    let error = Sim::new(0).trace().try_run(pending::<()>()).unwrap_err();
    assert_eq!(error.trace().map(|trace| trace.events().len()), Some(2), "{error}");
    assert!(error.to_string().contains("polled"), "{error}");
}

#[test]
fn a_nested_block_on_is_refused() {
    let text = Sim::new(0).run(async {
        let sim = here();
        let nested = catch_unwind(AssertUnwindSafe(|| sim.block_on(async {})));
        *nested.unwrap_err().downcast::<&str>().unwrap()
    });
    assert!(text.contains("blocking::run"), "{text}");
}

#[test]
fn what_is_left_is_dropped_when_a_run_ends() {
    let alive = Arc::new(());
    Sim::new(0).run({
        let alive = alive.clone();
        async move {
            here().spawn(async move {
                pending::<()>().await;
                drop(alive);
            });
            anyrt_core::task::yield_now().await;
        }
    });
    assert_eq!(Arc::strong_count(&alive), 1);

    let stuck = Sim::new(0).grace(Duration::from_millis(1)).try_run({
        let alive = alive.clone();
        async move {
            pending::<()>().await;
            drop(alive);
        }
    });
    assert!(stuck.is_err());
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn a_world_works_again_and_again() {
    let sim = SimBackend::new(4);
    for round in 0..3 {
        let sum = sim.run(sim.task_group(async |group: Group| {
            let child = group.spawn(async { Ok(20) });
            sim.sleep(Duration::from_secs(1)).await;
            Ok(child.await.unwrap() + round)
        }));
        assert_eq!(sum, Ok(20 + round));
    }
    assert_eq!(sim.elapsed(), Duration::from_secs(3));
}
