//! L4: more permits, and fewer.

use std::sync::Arc;
use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, attempt, step};
use crate::support::join;

pub(super) fn l4<B: Backend + Toplevel>(backend: &B) {
    backend.run(as_many_as_fit(backend, false));
    backend.run(as_many_as_fit(backend, true));
    backend.run(none_were_waited_for(backend));
    backend.run(forgotten(backend));
}

/// Waiters for 1, 2 and 1 permits, and 3 that are added at once.
async fn as_many_as_fit<B: Backend>(backend: &B, on_thread: bool) {
    let permits = backend.semaphore(0);
    let wishes = [1, 2, 1];
    let alarms = wishes.map(|_| Alarm::new());
    let mut waiters = wishes.map(|count| Box::pin(permits.acquire_many(count)));
    for (alarm, waiter) in alarms.iter().zip(&mut waiters) {
        assert!(alarm.step(waiter).await.is_pending(), "acquired what is not there");
    }
    let rung = |alarms: &[Arc<Alarm>; 3]| alarms.each_ref().map(|alarm| alarm.rung() > 0);
    assert_eq!(rung(&alarms), [false; 3], "nothing was added");
    let more = permits.clone();
    if on_thread {
        join(thread::spawn(move || more.add_permits(3)));
    } else {
        more.add_permits(3);
    }
    assert_eq!(rung(&alarms), [true, true, false], "3 permits for waiters for 1, 2 and 1");
    let [first, second, mut third] = waiters;
    assert!(step(&mut third).await.is_pending(), "the permits are for those before it");
    let second = attempt(second).await;
    assert!(second.is_some(), "added, and polled before the first");
    assert!(step(&mut third).await.is_pending(), "a permit is the first waiter's");
    let first = attempt(first).await;
    assert!(first.is_some(), "added, and polled after the second");
    permits.add_permits(1);
    assert!(attempt(third).await.is_some(), "one more was added");
    drop((first, second));
    assert_eq!(permits.available(), 4, "4 permits were added");
}

async fn none_were_waited_for<B: Backend>(backend: &B) {
    let permits = backend.semaphore(1);
    permits.add_permits(0);
    assert_eq!(permits.available(), 1, "none were added");
    permits.add_permits(2);
    assert_eq!(permits.available(), 3, "2 were added");
    let held = permits.acquire_many(3).await;
    permits.add_permits(1);
    assert_eq!(permits.available(), 1, "one was added to those that are held");
    drop(held);
    assert_eq!(permits.available(), 4, "3 came back to the one that was added");
}

async fn forgotten<B: Backend>(backend: &B) {
    let permits = backend.semaphore(3);
    B::Semaphore::forget(permits.acquire().await);
    assert_eq!(permits.available(), 2, "one of 3 permits was forgotten");
    let mut all = Box::pin(permits.acquire_many(3));
    assert!(step(&mut all).await.is_pending(), "acquired a permit that was forgotten");
    permits.add_permits(1);
    let Some(all) = attempt(all).await else { panic!("what was forgotten was added again") };
    B::Semaphore::forget(all);
    assert_eq!(permits.available(), 0, "all 3 permits were forgotten");
    assert!(permits.try_acquire().is_err(), "all 3 permits were forgotten");
}
