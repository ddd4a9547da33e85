//! What only a semaphore does.

use std::sync::Arc;

use anyrt_core::scope::CancelScope;
use anyrt_core::sync::Semaphore;

use crate::support::{Alarm, Still, now};

#[test]
fn who_asks_for_no_permit_waits_for_those_before_it_and_for_nothing_else() {
    let semaphore = Semaphore::new(1);
    let held = now(semaphore.acquire());
    drop(now(semaphore.acquire_many(0)));
    let alarm = Arc::<Alarm>::default();
    let (mut one, mut none) = (semaphore.acquire(), semaphore.acquire_many(0));
    assert!(alarm.poll(&mut one).is_pending());
    assert!(alarm.poll(&mut none).is_pending());
    drop(held);
    // The one permit is set aside for the first; the second needs none.
    assert!(alarm.poll(&mut none).is_ready());
    assert!(alarm.poll(&mut one).is_ready());
}

#[test]
fn who_comes_for_too_many_has_those_served_whom_a_cancelled_one_holds_up() {
    let semaphore = Semaphore::new(2);
    let _held = now(semaphore.acquire());
    let scope = CancelScope::on(Still);
    let handle = scope.handle();
    let (cancelled, waiting, coming) = <(Arc<Alarm>, Arc<Alarm>, Arc<Alarm>)>::default();
    let mut holds_up = Box::pin(scope.run(semaphore.acquire_many(2)));
    assert!(cancelled.poll(&mut holds_up).is_pending());
    let mut one = semaphore.acquire();
    assert!(waiting.poll(&mut one).is_pending());
    handle.cancel();
    let mut two = semaphore.acquire_many(2);
    assert!(coming.poll(&mut two).is_pending());
    assert!(waiting.has_rung(), "the free permit goes to the one that it is enough for");
    assert!(waiting.poll(&mut one).is_ready());
}

#[test]
fn who_takes_what_it_got_has_those_served_whom_a_cancelled_one_holds_up() {
    let semaphore = Semaphore::new(0);
    let scope = CancelScope::on(Still);
    let handle = scope.handle();
    let (served, cancelled, waiting) = <(Arc<Alarm>, Arc<Alarm>, Arc<Alarm>)>::default();
    let (mut first, mut last) = (semaphore.acquire(), semaphore.acquire());
    let mut holds_up = Box::pin(scope.run(semaphore.acquire_many(2)));
    assert!(served.poll(&mut first).is_pending());
    assert!(cancelled.poll(&mut holds_up).is_pending());
    assert!(waiting.poll(&mut last).is_pending());
    semaphore.add_permits(2);
    handle.cancel();
    assert!(served.poll(&mut first).is_ready());
    assert!(waiting.has_rung(), "the free permit goes to the one that it is enough for");
    assert!(waiting.poll(&mut last).is_ready());
}
