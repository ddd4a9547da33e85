//! What only a semaphore does.

use std::sync::Arc;

use anyrt_core::sync::Semaphore;

use crate::support::{Alarm, now};

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
