//! A place for one waker.
//!
//! # Invariants
//!
//! - Waking clones the waker and leaves it in place. A slot that is emptied by waking (as in
//!   `AtomicWaker`) loses the second wake-up of a poller that skips re-registration because
//!   `will_wake` said that its waker is already there.
//! - Whoever parks registers first and reads the condition after; whoever changes the condition
//!   changes it first and wakes after. Both go through the slot's mutex, so one of them sees the
//!   other.
//! - Wakers are called and dropped after the mutex is released: either may run foreign code.

use std::sync::Mutex;
use std::task::Waker;

use crate::lock::lock;

#[derive(Default)]
pub(crate) struct WakerSlot(Mutex<Option<Waker>>);

impl WakerSlot {
    pub(crate) fn register(&self, waker: &Waker) {
        if lock(&self.0).as_ref().is_some_and(|old| old.will_wake(waker)) {
            return;
        }
        let new = waker.clone();
        let old = lock(&self.0).replace(new);
        drop(old);
    }

    pub(crate) fn waker(&self) -> Option<Waker> {
        lock(&self.0).clone()
    }

    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waker() {
            waker.wake();
        }
    }

    /// Forgets the waker, so that a node that is over keeps no task alive.
    pub(crate) fn clear(&self) {
        let old = lock(&self.0).take();
        drop(old);
    }
}
