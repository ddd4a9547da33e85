//! T1: a cancelled scope waits for a call that has begun.

use std::pin::pin;
use std::sync::Arc;

use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Backend, Driver, Toplevel};

use crate::laws::tools::{Event, Gate, Source, past};
use crate::support::{Flag, drive_until, poll_once, turns};
use crate::threads::Threads;

pub(super) fn t1<P: Threads, D: Driver + Toplevel>(driver: &D) {
    for source in Source::ALL {
        driver.run(cancelled_while_it_runs::<P, D>(driver, source));
    }
    driver.run(its_deadline_passes::<P, D>(driver));
    driver.run(cancelled_before_it_begins::<P, D>(driver));
}

async fn cancelled_while_it_runs<P: Threads, D: Driver>(driver: &D, source: Source) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (begun, gate, returned) = (Event::new(), Gate::new(), Flag::new());
    let closure = {
        let (begun, gate, returned) = (begun.clone(), gate.clone(), returned.clone());
        move || {
            begun.set();
            gate.wait();
            returned.raise();
            7
        }
    };
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let mut running = pin!(scope.run(P::run(driver, limiter.clone(), closure)));
    drive_until(running.as_mut(), begun.wait(), "the call ended before its closure").await;
    source.cancel(driver, &handle).await;
    for _ in 0..20 {
        let polled = poll_once(running.as_mut()).await;
        assert!(polled.is_pending(), "cancelled from {source:?}, the call was abandoned");
        turns(1).await;
    }
    gate.open();
    let value = running.await;
    assert_eq!(value.ok(), Some(7), "the value of a call that was cancelled from {source:?}");
    assert!(returned.is_up() && !handle.cancelled_caught(), "{handle:?}");
    assert_eq!(limiter.borrowed(), 0, "tokens that are lent after the call");
}

async fn its_deadline_passes<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let deadline = past(driver);
    let call = P::run(driver, limiter, move || {
        handle.set_deadline(Some(deadline));
        8
    });
    assert_eq!(scope.run(call).await.ok(), Some(8), "the value of a call after its deadline");
}

async fn cancelled_before_it_begins<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (scope, ran) = (driver.cancel_scope(), Flag::new());
    scope.handle().cancel();
    let inside = ran.clone();
    let ended = scope.run(P::run(driver, limiter.clone(), move || inside.raise())).await;
    assert!(ended.is_err() && !ran.is_up(), "a call in a cancelled scope began: {ended:?}");
    assert_eq!(limiter.borrowed(), 0, "tokens that are lent for a call that never began");
}
