//! Locking that a panic elsewhere does not poison, and that two cores do not fight over.
//!
//! What is locked here is held for some ten nanoseconds. Whoever finds it locked stays away for a while
//! that doubles, and does not even look meanwhile: so the holder keeps the cache line, and does
//! several things in a row, instead of losing the line to each look. After some microseconds
//! the holder is probably not running, and the thread sleeps.

use std::sync::PoisonError;
#[cfg(not(all(loom, test)))]
use std::{hint::spin_loop, sync::TryLockError};

use crate::sys::{Mutex, MutexGuard};

/// Locks, also after a panic: nothing that can panic leaves what a lock protects half done.
#[cfg(not(all(loom, test)))]
#[inline]
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    try_lock(mutex).unwrap_or_else(|| contend(mutex))
}

/// Locks; the model checker need not be spared.
#[cfg(all(loom, test))]
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    wait(mutex)
}

fn wait<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(not(all(loom, test)))]
#[inline]
fn try_lock<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Stays away six times, for 16 pauses of the processor at first and for 64 at most; then sleeps.
#[cfg(not(all(loom, test)))]
#[cold]
fn contend<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    for pauses in [16, 32, 64, 64, 64, 64] {
        (0..pauses).for_each(|_| spin_loop());
        if let Some(guard) = try_lock(mutex) {
            return guard;
        }
    }
    wait(mutex)
}
