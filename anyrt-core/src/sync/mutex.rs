//! A fair mutex.
//!
//! # Invariants
//!
//! - The value is in the mutex or in the guard of whoever holds the lock, never in both: it moves out
//!   when the lock is handed out, and back when the guard is dropped. So no two can reach it, and a guard
//!   may go from thread to thread, without a cell that is shared (`docs/decisions/016`).
//! - While the lock is set aside for a waiter that was not polled yet, the value is still here, and
//!   `is_locked` keeps others off.

mod guard;
mod relock;

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::queued::{Asking, Gate, Queued, Supply};
use crate::error::TryLockError;
use crate::waiting::Wait;

use guard::Holder;

pub use guard::{MutexGuard, OwnedMutexGuard};
pub use relock::Relock;

/// Data that one task at a time may touch, in the order of asking.
///
/// It needs no runtime and fits into a `static`. Its guard may be held across an await, and is `Send`
/// if the data is. A guard that is dropped, by a panic or a cancellation, too, hands the lock to
/// the first that waits (laws F1, L5): there is no poisoning, and nobody barges in, so that tasks
/// which take turns alternate strictly (law F3).
///
/// The data is moved into the guard and back: what is larger than some hundred bytes goes into a `Box`.
///
/// A task that locks a mutex which it has locked already waits for ever, unless its scope has a
/// deadline.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::Mutex;
///
/// static NAMES: Mutex<Vec<&str>> = Mutex::new(Vec::new());
///
/// # futures_executor::block_on(async {
/// let mut names = NAMES.lock().await;
/// names.push("ann");
/// assert!(NAMES.try_lock().is_err());
/// drop(names);
/// assert_eq!(NAMES.lock().await.as_slice(), ["ann"]);
/// # });
/// ```
#[doc(alias = "Lock")]
pub struct Mutex<T> {
    queued: Queued<Slot<T>>,
}

pub(crate) struct Slot<T> {
    value: Option<T>,
    is_locked: bool,
}

impl<T> Supply for Slot<T> {
    type Ask = ();
    type Taken = T;

    const WAIT: Wait = Wait::Lock;

    fn is_spent(&self) -> bool {
        self.is_locked
    }

    fn set_aside(&mut self, (): &mut ()) -> bool {
        !std::mem::replace(&mut self.is_locked, true)
    }

    fn hand_out(&mut self, (): ()) -> T {
        self.value.take().unwrap_or_else(|| unreachable!("a lock that is free has its value"))
    }

    fn put_back(&mut self, (): ()) {
        self.is_locked = false;
    }
}

impl<T> Gate for Mutex<T> {
    type Supply = Slot<T>;

    fn queued(&self) -> &Queued<Slot<T>> {
        &self.queued
    }
}

impl<T> Mutex<T> {
    /// Makes a mutex around a value.
    pub const fn new(value: T) -> Self {
        Self { queued: Queued::new(Slot { value: Some(value), is_locked: false }) }
    }

    /// Waits for the lock.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else: a lock that was handed over
    /// passes to the next (law P2).
    #[doc(alias = "acquire")]
    pub fn lock(&self) -> Lock<'_, T> {
        Lock { asking: Asking::new(self, ()) }
    }

    /// Waits for the lock; the guard keeps the mutex alive.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn lock_owned(self: Arc<Self>) -> LockOwned<T> {
        LockOwned { asking: Asking::new(self, ()) }
    }

    /// Locks if nobody holds the lock or waits for it (law L2).
    ///
    /// # Errors
    ///
    /// [`TryLockError`] if somebody does.
    #[doc(alias = "acquire_nowait")]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let taken = self.queued.try_take(()).ok_or_else(TryLockError::new);
        taken.map(|value| MutexGuard(Holder::new(self, value)))
    }

    /// Locks if nobody holds the lock or waits for it (law L2).
    ///
    /// The guard keeps the mutex alive.
    ///
    /// # Errors
    ///
    /// [`TryLockError`] if somebody does.
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        let taken = self.queued.try_take(()).ok_or_else(TryLockError::new);
        taken.map(|value| OwnedMutexGuard(Holder::new(self, value)))
    }

    /// Gives the data without locking: nobody else has the mutex.
    ///
    /// # Panics
    ///
    /// Panics if a guard was leaked, and the data with it.
    pub fn get_mut(&mut self) -> &mut T {
        self.queued.get_mut().value.as_mut().expect(LEAKED)
    }

    /// Gives the data by value.
    ///
    /// # Panics
    ///
    /// Panics if a guard was leaked, and the data with it.
    pub fn into_inner(self) -> T {
        self.queued.into_inner().value.expect(LEAKED)
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> MutexStatistics {
        self.queued.look(|slot, waiting| MutexStatistics { is_locked: slot.is_locked, waiting })
    }

    fn unlock(&self, value: T) {
        self.queued.change(|slot| {
            slot.value = Some(value);
            slot.is_locked = false;
        });
    }
}

const LEAKED: &str = "the data is in a guard that was leaked: drop guards, do not forget them";

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Debug> Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(value) => f.field("data", &value),
            Err(_) => f.field("data", &format_args!("<locked>")),
        };
        f.field("waiting", &self.statistics().waiting).finish()
    }
}

/// What a mutex tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MutexStatistics {
    /// Whether somebody holds the lock, or was promised it.
    pub is_locked: bool,
    /// The waiters.
    ///
    /// One that was just promised the lock but not polled yet is among them.
    pub waiting: usize,
}

/// The future of [`Mutex::lock`].
///
/// Waiters are served in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[must_use = "a lock is not taken unless it is awaited"]
pub struct Lock<'a, T> {
    asking: Asking<&'a Mutex<T>>,
}

impl<'a, T> Future for Lock<'a, T> {
    type Output = MutexGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<MutexGuard<'a, T>> {
        self.asking.poll(cx).map(|(mutex, value)| MutexGuard(Holder::new(mutex, value)))
    }
}

impl<T> Debug for Lock<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lock").field(&self.asking).finish()
    }
}

/// The future of [`Mutex::lock_owned`].
///
/// Waiters are served in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[must_use = "a lock is not taken unless it is awaited"]
pub struct LockOwned<T> {
    asking: Asking<Arc<Mutex<T>>>,
}

impl<T> Future for LockOwned<T> {
    type Output = OwnedMutexGuard<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<OwnedMutexGuard<T>> {
        self.asking.poll(cx).map(|(mutex, value)| OwnedMutexGuard(Holder::new(mutex, value)))
    }
}

impl<T> Debug for LockOwned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LockOwned").field(&self.asking).finish()
    }
}
