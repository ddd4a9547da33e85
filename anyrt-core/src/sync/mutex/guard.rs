//! What whoever holds the lock of a mutex has.

use std::ops::Deref;
use std::sync::Arc;

use super::Mutex;
use crate::sync::guard::guard;

/// Whoever holds the lock of a mutex that is borrowed or shared.
pub(super) struct Holder<M: Deref<Target = Mutex<T>>, T> {
    mutex: M,
    /// Here until the guard is dropped.
    value: Option<T>,
}

impl<M: Deref<Target = Mutex<T>>, T> Holder<M, T> {
    #[inline]
    pub(super) fn new(mutex: M, value: T) -> Self {
        Self { mutex, value: Some(value) }
    }

    fn value(&self) -> &T {
        self.value.as_ref().unwrap_or_else(|| gone())
    }

    fn value_mut(&mut self) -> &mut T {
        self.value.as_mut().unwrap_or_else(|| gone())
    }
}

impl<M: Deref<Target = Mutex<T>>, T> Drop for Holder<M, T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            self.mutex.unlock(value);
        }
    }
}

#[cold]
fn gone() -> ! {
    unreachable!("a guard has the data until it is dropped")
}

/// Access to the data of a mutex; unlocks when dropped.
///
/// The lock goes to the first that waits (laws L2, L5). One that is leaked keeps the mutex locked for
/// ever.
#[must_use = "a guard that is not held unlocks at once"]
pub struct MutexGuard<'a, T>(pub(super) Holder<&'a Mutex<T>, T>);

impl<'a, T> MutexGuard<'a, T> {
    /// Gives the mutex that this guard has locked.
    pub fn mutex(guard: &Self) -> &'a Mutex<T> {
        guard.0.mutex
    }

    fn value(&self) -> &T {
        self.0.value()
    }

    fn value_mut(&mut self) -> &mut T {
        self.0.value_mut()
    }
}

guard!(mut MutexGuard<'a, T>);

/// Access to the data of a mutex that it keeps alive.
///
/// It unlocks when dropped, and the lock goes to the first that waits (laws L2, L5). One that is
/// leaked keeps the mutex locked for ever.
#[must_use = "a guard that is not held unlocks at once"]
pub struct OwnedMutexGuard<T>(pub(super) Holder<Arc<Mutex<T>>, T>);

impl<T> OwnedMutexGuard<T> {
    /// Gives the mutex that this guard has locked.
    pub fn mutex(guard: &Self) -> &Arc<Mutex<T>> {
        &guard.0.mutex
    }

    fn value(&self) -> &T {
        self.0.value()
    }

    fn value_mut(&mut self) -> &mut T {
        self.0.value_mut()
    }
}

guard!(mut OwnedMutexGuard<T>);
