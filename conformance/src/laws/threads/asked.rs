//! T3: a closure sees that its call is cancelled.

use std::pin::pin;
use std::sync::Arc;

use anyrt_core::blocking;
use anyrt_core::error::{Cancelled, Reason};
use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Backend, Driver, Toplevel};

use crate::laws::tools::{Event, Gate, Source};
use crate::support::drive_until;
use crate::threads::Threads;

pub(super) fn t3<P: Threads, D: Driver + Toplevel>(driver: &D) {
    assert!(!P::is_cancelled(), "outside of any call it is cancelled");
    for source in Source::ALL {
        for shielded in [false, true] {
            driver.run(cancelled_from_outside::<P, D>(driver, source, shielded));
        }
    }
    driver.run(cancelled_from_inside::<P, D>(driver));
    driver.run(when_it_is_abandoned::<P, D>(driver));
    driver.run(a_task_asks::<P, D>(driver));
}

/// What a closure is told before and after something that happens meanwhile.
type Answers = [Result<bool, Cancelled>; 2];

fn answer<P: Threads>() -> Result<bool, Cancelled> {
    let is_cancelled = P::is_cancelled();
    match blocking::checkpoint() {
        Ok(()) => Ok(is_cancelled),
        Err(_) if !is_cancelled => Ok(false),
        Err(cancelled) => Err(cancelled),
    }
}

fn asks<P: Threads>(begun: &Event, gate: &Gate) -> impl FnOnce() -> Answers + Send + 'static {
    let (begun, gate) = (begun.clone(), gate.clone());
    move || {
        let first = answer::<P>();
        begun.set();
        gate.wait();
        [first, answer::<P>()]
    }
}

async fn cancelled_from_outside<P: Threads, D: Driver>(driver: &D, source: Source, shielded: bool) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (begun, gate) = (Event::new(), Gate::new());
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let call = P::run(driver, limiter, asks::<P>(&begun, &gate));
    let mut running =
        pin!(scope.run(async { if shielded { driver.shield(call).await } else { call.await } }));
    drive_until(running.as_mut(), begun.wait(), "the call ended before its closure").await;
    source.cancel_with(driver, &handle, "enough").await;
    gate.open();
    let answers = running.await.expect("the call is waited for (law T1)");
    let after = if shielded { Ok(false) } else { Err(Cancelled::new(Reason::from("enough"))) };
    let context = format!("cancelled from {source:?}, in a shield: {shielded}");
    assert_eq!(answers, [Ok(false), after], "{context}: what a closure is told, before and after");
}

async fn cancelled_from_inside<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    for _ in 0..3 {
        let scope = driver.cancel_scope();
        let handle = scope.handle();
        let call = P::run(driver, limiter.clone(), move || {
            let before = answer::<P>();
            handle.cancel();
            [before, answer::<P>()]
        });
        let answers = scope.run(call).await.expect("the call is waited for (law T1)");
        let cancelled = Err(Cancelled::new(Reason::Requested));
        assert_eq!(answers, [Ok(false), cancelled], "a closure that cancels its own call is told");
    }
}

async fn when_it_is_abandoned<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (begun, gate) = (Event::new(), Gate::new());
    let (tell, told) = driver.unbounded::<Answers>();
    let closure = asks::<P>(&begun, &gate);
    let call = P::run_abandonable(driver, limiter, move || {
        let _ = tell.try_send(closure());
    });
    let mut call = Box::pin(call);
    drive_until(call.as_mut(), begun.wait(), "the call ended before its closure").await;
    drop(call);
    gate.open();
    let answers = told.recv().await.ok();
    let dropped = Err(Cancelled::new(Reason::Dropped));
    assert_eq!(answers, Some([Ok(false), dropped]), "what an abandoned closure is told");
}

async fn a_task_asks<P: Threads, D: Driver>(driver: &D) {
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let answers = scope.run(async move {
        let before = P::is_cancelled();
        handle.cancel();
        [before, P::is_cancelled()]
    });
    assert_eq!(answers.await.ok(), Some([false, true]), "what a task is told");
}
