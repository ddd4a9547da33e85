//! Many seeds find what one does not.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyrt_core::prelude::*;
use anyrt_sim::Sim;

use crate::{Group, here};

/// Reads, waits, and writes: an update is lost if two do so at once.
async fn lost_update() {
    let (sim, balance) = (here(), Arc::new(AtomicU32::new(0)));
    let ended = sim.task_group(async |group: Group| {
        for _ in 0..2 {
            let balance = balance.clone();
            group.spawn(async move {
                let read = balance.load(Ordering::SeqCst);
                anyrt_core::task::yield_now().await;
                balance.store(read + 1, Ordering::SeqCst);
            });
        }
    });
    ended.await.unwrap();
    assert_eq!(balance.load(Ordering::SeqCst), 2, "an update was lost");
}

#[test]
fn a_lost_update_is_found_and_replayed() {
    let found = catch_unwind(|| Sim::explore(0..1000, lost_update));
    let text = *found.unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("an update was lost"), "{text}");
    let line = text.lines().last().unwrap();
    let seed = line.split(&['(', ')']).nth(1).unwrap().parse().unwrap();
    assert!(line.contains(&format!("Sim::new({seed}).run(..)")), "{line}");
    assert!(line.contains(&format!("ANYRT_SIM_SEED={seed}")), "{line}");
    for _ in 0..3 {
        let again = catch_unwind(AssertUnwindSafe(|| Sim::new(seed).run(lost_update())));
        assert!(again.is_err(), "seed {seed} went well when it was run again");
    }
}

#[test]
fn all_seeds_run_if_none_fails() {
    let runs = Cell::new(0);
    let explored = Sim::new(0).try_explore(5..25, || {
        runs.set(runs.get() + 1);
        async {}
    });
    assert_eq!((explored.unwrap(), runs.get()), (20, 20));
}
