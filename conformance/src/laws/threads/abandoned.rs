//! T2: a call that may be abandoned is, and its thread still counts.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Backend, Driver, Toplevel};

use crate::laws::tools::{Event, Gate, eventually, step};
use crate::support::{Count, Flag, Marker, boom, drive_until};
use crate::threads::Threads;

pub(super) fn t2<P: Threads, D: Driver + Toplevel>(driver: &D) {
    driver.run(it_is_left_alone::<P, D>(driver, Left::Cancelled));
    driver.run(it_is_left_alone::<P, D>(driver, Left::Dropped));
    driver.run(not_cancelled_it_gives_its_value::<P, D>(driver));
    driver.run(its_panic_concerns_nobody::<P, D>(driver));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Cancelled,
    Dropped,
}

async fn it_is_left_alone<P: Threads, D: Driver>(driver: &D, left: Left) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (begun, gate, returned) = (Event::new(), Gate::new(), Flag::new());
    let alive = Count::new();
    let closure = {
        let (begun, gate, returned) = (begun.clone(), gate.clone(), returned.clone());
        let value = alive.guard();
        move || {
            begun.set();
            gate.wait();
            returned.raise();
            value
        }
    };
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let call = P::run_abandonable(driver, limiter.clone(), closure);
    let mut running = Box::pin(scope.run(call));
    drive_until(running.as_mut(), begun.wait(), "the call ended before its closure").await;
    if left == Left::Cancelled {
        handle.cancel();
        let ended = running.await.map(drop);
        assert!(ended.is_err() && handle.cancelled_caught(), "an abandoned call gave {ended:?}");
    } else {
        drop(running);
    }
    assert!(!returned.is_up(), "{left:?}: the scope waited for the closure");
    assert_eq!(limiter.borrowed(), 1, "{left:?}: tokens that are lent while the thread runs");

    let next = P::run(driver, limiter.clone(), {
        let returned = returned.clone();
        move || returned.is_up()
    });
    let mut next = pin!(next);
    assert!(step(&mut next).await.is_pending(), "{left:?}: another call has the thread's token");
    gate.open();
    assert!(next.await, "{left:?}: the next call began before the thread was done");
    eventually!("the value of an abandoned call is dropped", alive.get() == 0);
    eventually!("the token of an abandoned call comes back", limiter.borrowed() == 0);
}

async fn not_cancelled_it_gives_its_value<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let value = P::run_abandonable(driver, limiter.clone(), || 7).await;
    assert_eq!((value, limiter.borrowed()), (7, 0), "a call that nobody cancelled");
}

async fn its_panic_concerns_nobody<P: Threads, D: Driver>(driver: &D) {
    let limiter = Arc::new(CapacityLimiter::new(1));
    let (begun, gate) = (Event::new(), Gate::new());
    let closure = {
        let (begun, gate) = (begun.clone(), gate.clone());
        move || {
            begun.set();
            gate.wait();
            boom(Marker(1))
        }
    };
    let mut call = Box::pin(P::run_abandonable::<_, _, ()>(driver, limiter.clone(), closure));
    drive_until(call.as_mut(), begun.wait(), "the call ended before its closure").await;
    drop(call);
    gate.open();
    let mut next = pin!(P::run(driver, limiter.clone(), || 8));
    let value = match step(&mut next).await {
        Poll::Ready(value) => value,
        Poll::Pending => next.await,
    };
    assert_eq!(value, 8, "a call after one that was abandoned and panicked");
}
