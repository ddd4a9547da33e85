//! T5: the limiter of blocking calls.

use std::pin::pin;
use std::sync::Arc;

use anyrt_core::blocking::DEFAULT_LIMIT;
use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Backend, Driver, Toplevel};

use crate::laws::tools::{Event, Gate, eventually, step};
use crate::support::{Count, Flag, Group, drive_until};
use crate::threads::Threads;

pub(super) fn t5<P: Threads, D: Driver + Toplevel>(driver: &D) {
    let total = driver.blocking_limiter().total();
    assert_eq!(total, DEFAULT_LIMIT, "the tokens of a limiter that nobody has changed");
    driver.run(never_more_at_once::<P, D>(driver));
    driver.run(one_that_waits_is_cut::<P, D>(driver));
}

async fn never_more_at_once<P: Threads, D: Driver>(driver: &D) {
    const LIMIT: usize = 2;
    const CALLS: usize = 7;
    let limiter = Arc::new(CapacityLimiter::new(LIMIT));
    let (gate, running, peak) = (Gate::new(), Count::new(), Count::new());
    let ended = driver
        .task_group(async |group: Group<D>| {
            for _ in 0..CALLS {
                let (driver, limiter) = (driver.clone(), limiter.clone());
                let (gate, running, peak) = (gate.clone(), running.clone(), peak.clone());
                group.spawn(async move {
                    let closure = move || {
                        let _running = running.guard();
                        if running.get() > LIMIT {
                            peak.up();
                        }
                        gate.wait();
                    };
                    P::run(&driver, limiter, closure).await;
                });
            }
            eventually!("all but those with a token wait", {
                running.get() == LIMIT && limiter.statistics().waiting == CALLS - LIMIT
            });
            assert_eq!(limiter.borrowed(), LIMIT, "tokens that are lent");
            gate.open();
        })
        .await;
    assert_eq!(ended, Ok(()), "the group of {CALLS} calls");
    assert_eq!(peak.get(), 0, "closures that saw more than {LIMIT} run at once");
    assert_eq!(limiter.borrowed(), 0, "tokens that are lent after all calls");
}

async fn one_that_waits_is_cut<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (begun, gate) = (Event::new(), Gate::new());
    let closure = {
        let (begun, gate) = (begun.clone(), gate.clone());
        move || {
            begun.set();
            gate.wait()
        }
    };
    let mut first = pin!(P::run(driver, limiter.clone(), closure));
    drive_until(first.as_mut(), begun.wait(), "the call ended before its closure").await;

    let (scope, ran) = (driver.cancel_scope(), Flag::new());
    let (handle, inside) = (scope.handle(), ran.clone());
    let waiting = scope.run(P::run(driver, limiter.clone(), move || inside.raise()));
    let mut waiting = pin!(waiting);
    assert!(step(&mut waiting).await.is_pending(), "a call began without a token");
    let mut last = pin!(P::run(driver, limiter.clone(), || 3));
    assert!(step(&mut last).await.is_pending(), "a call began without a token");
    handle.cancel();
    let ended = waiting.await;
    assert!(ended.is_err(), "a call that waited for a token in a cancelled scope gave {ended:?}");
    gate.open();
    assert!(first.await, "the gate was opened in time");
    assert_eq!(last.await, 3, "a call that waited behind one that was cut");
    assert!(!ran.is_up(), "a call that was cut ran its closure");
    assert_eq!(limiter.borrowed(), 0, "tokens that are lent after all calls");
}
