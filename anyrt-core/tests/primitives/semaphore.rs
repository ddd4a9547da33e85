//! What only a semaphore does.

use std::sync::Arc;

use anyrt_core::sync::Semaphore;

use crate::support::{Alarm, now};

#[test]
fn who_asks_for_no_permit_waits_for_nobody() {
    let semaphore = Semaphore::new(1);
    let held = now(semaphore.acquire());
    let mut first = semaphore.acquire();
    let alarm = Arc::<Alarm>::default();
    assert!(alarm.poll(&mut first).is_pending());
    drop(now(semaphore.acquire_many(0)));
    assert!(semaphore.try_acquire_many(0).is_ok());
    drop(held);
    assert!(alarm.poll(&mut first).is_ready());
}
