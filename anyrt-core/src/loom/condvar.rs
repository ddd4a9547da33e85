//! A condition variable: no notification is lost, whoever is dropped with it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use loom::thread::{self, JoinHandle};

use super::{block_on, model};
use crate::sync::{Condvar, Mutex};

#[derive(Default)]
struct Shared {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Shared {
    /// Waits until somebody has set it.
    fn wait(self: Arc<Self>) -> JoinHandle<()> {
        thread::spawn(move || {
            block_on(async {
                let is_set = self.is_set.lock().await;
                drop(self.changed.wait_while(is_set, |is_set| !*is_set).await);
            });
        })
    }

    /// Polls a wait so often, with a turn for others after each, and drops it.
    fn give_up_after(self: Arc<Self>, polls: usize) -> JoinHandle<()> {
        thread::spawn(move || {
            let guard = block_on(self.is_set.lock());
            let mut wait = pin!(self.changed.wait(guard));
            for _ in 0..polls {
                if wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    // It had its notification, and does not know what for.
                    return self.changed.notify_one();
                }
                thread::yield_now();
            }
        })
    }
}

#[test]
fn a_notification_reaches_who_waits() {
    model(|| {
        let shared = Arc::new(Shared::default());
        let waiting = shared.clone().wait();
        *block_on(shared.is_set.lock()) = true;
        shared.changed.notify_one();
        waiting.join().unwrap();
    });
}

#[test]
fn all_that_wait_are_notified() {
    model(|| {
        let shared = Arc::new(Shared::default());
        let waiting = [(); 2].map(|()| shared.clone().wait());
        *block_on(shared.is_set.lock()) = true;
        shared.changed.notify_all();
        waiting.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_waiter_that_is_dropped_passes_its_notification_on() {
    model(|| {
        let shared = Arc::new(Shared::default());
        let dropped = shared.clone().give_up_after(1);
        let waiting = shared.clone().wait();
        *block_on(shared.is_set.lock()) = true;
        shared.changed.notify_one();
        dropped.join().unwrap();
        waiting.join().unwrap();
    });
}

#[test]
fn a_waiter_that_is_dropped_before_it_has_the_lock_passes_its_notification_on() {
    model(|| {
        let shared = Arc::new(Shared::default());
        let dropped = shared.clone().give_up_after(2);
        let waiting = shared.clone().wait();
        let mut is_set = block_on(shared.is_set.lock());
        *is_set = true;
        shared.changed.notify_one();
        drop(is_set);
        dropped.join().unwrap();
        waiting.join().unwrap();
    });
}
