//! Places for wakers: one, or many.
//!
//! # Invariants
//!
//! - Waking a slot clones the waker and leaves it in place. A slot that is emptied by waking (as in
//!   `AtomicWaker`) loses the second wake-up of a poller that skips re-registration because
//!   `will_wake` said that its waker is already there.
//! - Whoever parks registers first and reads the condition after; whoever changes the condition
//!   changes it first and wakes after. Both go through the slot's mutex, so one of them sees the
//!   other.
//! - Wakers are called and dropped after the mutex is released: either may run foreign code. They are
//!   cloned under it, which counts a reference.

use std::task::Waker;

use crate::lock::lock;
use crate::quiet;
use crate::sys::Mutex;

/// Puts a waker into its place, unless it is there already; gives the old one, to be dropped without a
/// lock.
#[inline]
pub(crate) fn replace(place: &mut Option<Waker>, waker: &Waker) -> Option<Waker> {
    if place.as_ref().is_some_and(|old| old.will_wake(waker)) {
        return None;
    }
    place.replace(waker.clone())
}

#[derive(Default)]
pub(crate) struct WakerSlot(Mutex<Option<Waker>>);

impl WakerSlot {
    pub(crate) fn register(&self, waker: &Waker) {
        let old = replace(&mut lock(&self.0), waker);
        if let Some(old) = old {
            quiet::drop_quietly(old);
        }
    }

    pub(crate) fn waker(&self) -> Option<Waker> {
        lock(&self.0).clone()
    }

    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waker() {
            quiet::wake(waker);
        }
    }
}

/// Wakers of many, each kept about once, until all are taken.
#[derive(Default)]
pub(crate) struct WakerSet {
    wakers: Vec<Waker>,
    /// The length at which repeated wakers are looked for.
    sweep_at: usize,
}

const FIRST_SWEEP: usize = 8;

impl WakerSet {
    /// Adds a waker; gives those that were there more than once, to be dropped without a lock.
    pub(crate) fn add(&mut self, waker: Waker) -> Vec<Waker> {
        let mut repeated = Vec::new();
        if self.wakers.len() >= self.sweep_at.max(FIRST_SWEEP) {
            self.wakers.sort_by_key(|waker| waker.data().addr());
            for waker in std::mem::take(&mut self.wakers) {
                let is_new = self.wakers.last().is_none_or(|last| !last.will_wake(&waker));
                if is_new { self.wakers.push(waker) } else { repeated.push(waker) }
            }
            self.sweep_at = self.wakers.len() * 2;
        }
        self.wakers.push(waker);
        repeated
    }

    /// Removes a waker, to be dropped without a lock.
    pub(crate) fn remove(&mut self, waker: &Waker) -> Option<Waker> {
        let at = self.wakers.iter().position(|known| known.will_wake(waker))?;
        Some(self.wakers.swap_remove(at))
    }

    pub(crate) fn take(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.wakers)
    }
}
