//! Locking that a panic elsewhere does not poison, and that two cores do not fight over.
//!
//! What is locked here is held for some ten nanoseconds. Whoever finds it locked stays away for a while
//! that doubles, and does not even look meanwhile: so the holder keeps the cache line, and does
//! several things in a row, instead of losing the line to each look. After some microseconds
//! the holder is probably not running, and the thread sleeps.

use std::hint::spin_loop;
use std::sync::{PoisonError, TryLockError};

use crate::sys::{Mutex, MutexGuard};

/// How often a thread stays away before it sleeps.
const ROUNDS: u32 = if cfg!(all(loom, test)) { 0 } else { 6 };
/// How many pauses of the processor it first stays away for, and for how many at most.
const PAUSES: std::ops::RangeInclusive<u32> = 16..=64;

/// Locks, also after a panic: nothing that can panic leaves what a lock protects half done.
#[inline]
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    try_lock(mutex).unwrap_or_else(|| contend(mutex))
}

#[inline]
fn try_lock<T: ?Sized>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

#[cold]
fn contend<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    let mut pauses = *PAUSES.start();
    for _ in 0..ROUNDS {
        (0..pauses).for_each(|_| spin_loop());
        if let Some(guard) = try_lock(mutex) {
            return guard;
        }
        pauses = (pauses * 2).min(*PAUSES.end());
    }
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
