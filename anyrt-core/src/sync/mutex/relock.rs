//! Guards that can be given up and had again, for a condition variable.

use std::ops::DerefMut;

use super::guard::Holder;
use super::{Lock, LockOwned, MutexGuard, OwnedMutexGuard};

/// A guard with which one can wait at a [`Condvar`](crate::sync::Condvar) (law L6).
pub trait Relock: DerefMut + Sealed {}

/// How it is given up and had again.
pub trait Sealed: Sized {
    /// Waits for the lock.
    type Lock: Future<Output = Self> + Unpin;

    /// Unlocks.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when what it gives is dropped, and nothing else.
    fn unlock(self) -> Self::Lock;

    /// Locks if nobody holds the lock or waits for it.
    ///
    /// No matter who is cancelled.
    fn lock_now(lock: &mut Self::Lock) -> Option<Self>;
}

impl<T> Relock for MutexGuard<'_, T> {}

impl<'a, T> Sealed for MutexGuard<'a, T> {
    type Lock = Lock<'a, T>;

    fn unlock(self) -> Lock<'a, T> {
        MutexGuard::mutex(&self).lock()
    }

    fn lock_now(lock: &mut Lock<'a, T>) -> Option<Self> {
        lock.asking.try_now().map(|(mutex, value)| MutexGuard(Holder::new(mutex, value)))
    }
}

impl<T> Relock for OwnedMutexGuard<T> {}

impl<T> Sealed for OwnedMutexGuard<T> {
    type Lock = LockOwned<T>;

    fn unlock(self) -> LockOwned<T> {
        OwnedMutexGuard::mutex(&self).clone().lock_owned()
    }

    fn lock_now(lock: &mut LockOwned<T>) -> Option<Self> {
        lock.asking.try_now().map(|(mutex, value)| OwnedMutexGuard(Holder::new(mutex, value)))
    }
}
