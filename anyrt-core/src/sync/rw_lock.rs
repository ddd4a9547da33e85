//! A fair read-write lock.
//!
//! # Invariants
//!
//! - Readers and writers stand in one queue, so a writer waits only for those that came before it, and
//!   a reader that comes after a waiting writer waits, too (law F1).
//! - Where the data is, says [`data`]; it is never reached by a writer and somebody else at once.

mod asking;
mod data;
mod guard;

use std::fmt::{self, Debug};
use std::sync::Arc;

use super::queued::{Gate, Queued};
use crate::error::TryLockError;
use data::{Data, LEAKED, Mode};
use guard::{Reader, Writer};

pub use asking::{RwLockRead, RwLockReadOwned, RwLockWrite, RwLockWriteOwned};
pub use guard::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLockReadGuard, RwLockWriteGuard};

/// Data that many may read or one may write, in the order of asking.
///
/// It needs no runtime and fits into a `static`. Whoever comes after a writer that waits does not
/// overtake it (law F1), so writers are not starved by readers, nor readers by writers. A guard
/// that is dropped, by a panic or a cancellation, too, lets the next in (law L5); there is no
/// poisoning.
///
/// A task that reads, and asks to read again while somebody waits to write, waits for ever: keep the
/// first guard instead.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::RwLock;
///
/// static NAMES: RwLock<Vec<&str>> = RwLock::new(Vec::new());
///
/// # futures_executor::block_on(async {
/// NAMES.write().await.push("ann");
/// let (one, other) = (NAMES.read().await, NAMES.read().await);
/// assert_eq!(one.len() + other.len(), 2);
/// assert!(NAMES.try_write().is_err());
/// # });
/// ```
pub struct RwLock<T> {
    queued: Queued<Data<T>>,
}

impl<T> Gate for RwLock<T> {
    type Supply = Data<T>;

    fn queued(&self) -> &Queued<Data<T>> {
        &self.queued
    }
}

impl<T> RwLock<T> {
    /// Makes a lock around a value.
    pub const fn new(value: T) -> Self {
        Self { queued: Queued::new(Data::new(value)) }
    }

    /// Waits until it may read.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn read(&self) -> RwLockRead<'_, T> {
        RwLockRead::new(self)
    }

    /// Waits until it may read; the guard keeps the lock alive.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn read_owned(self: Arc<Self>) -> RwLockReadOwned<T> {
        RwLockReadOwned::new(self)
    }

    /// Waits until it may write.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else: readers that waited behind it
    /// alone are let in.
    pub fn write(&self) -> RwLockWrite<'_, T> {
        RwLockWrite::new(self)
    }

    /// Waits until it may write; the guard keeps the lock alive.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn write_owned(self: Arc<Self>) -> RwLockWriteOwned<T> {
        RwLockWriteOwned::new(self)
    }

    /// Reads if nobody writes or waits.
    ///
    /// # Errors
    ///
    /// [`TryLockError`] if somebody does.
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        Ok(RwLockReadGuard(Reader::new(self, self.try_take(Mode::Read)?)))
    }

    /// Reads if nobody writes or waits; the guard keeps the lock alive.
    ///
    /// # Errors
    ///
    /// [`TryLockError`] if somebody does.
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        let access = self.try_take(Mode::Read)?;
        Ok(OwnedRwLockReadGuard(Reader::new(self, access)))
    }

    /// Writes if nobody reads, writes or waits.
    ///
    /// # Errors
    ///
    /// [`TryLockError`] if somebody does.
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        Ok(RwLockWriteGuard(Writer::new(self, self.try_take(Mode::Write)?)))
    }

    /// Writes if nobody reads, writes or waits.
    ///
    /// The guard keeps the lock alive.
    ///
    /// # Errors
    ///
    /// [`TryLockError`] if somebody does.
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        let access = self.try_take(Mode::Write)?;
        Ok(OwnedRwLockWriteGuard(Writer::new(self, access)))
    }

    fn try_take(&self, mode: Mode) -> Result<data::Access<T>, TryLockError> {
        self.queued.try_take(mode).ok_or_else(TryLockError::new)
    }

    /// Gives the data without locking: nobody else has the lock.
    ///
    /// # Panics
    ///
    /// Panics if a guard was leaked.
    pub fn get_mut(&mut self) -> &mut T {
        self.queued.get_mut().get_mut().expect(LEAKED)
    }

    /// Gives the data by value.
    ///
    /// # Panics
    ///
    /// Panics if a guard was leaked.
    pub fn into_inner(self) -> T {
        self.queued.into_inner().into_inner().expect(LEAKED)
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> RwLockStatistics {
        self.queued.look(|data, waiting| RwLockStatistics {
            readers: data.readers(),
            is_writing: data.is_writing(),
            waiting,
        })
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Debug> Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RwLockStatistics { readers, is_writing, waiting } = self.statistics();
        let mut f = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(value) => f.field("data", &value),
            Err(_) => f.field("data", &format_args!("<locked>")),
        };
        f.field("readers", &readers).field("is_writing", &is_writing);
        f.field("waiting", &waiting).finish()
    }
}

/// What a read-write lock tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RwLockStatistics {
    /// How many read, or were promised to.
    pub readers: usize,
    /// Whether somebody writes, or was promised to.
    pub is_writing: bool,
    /// The waiters.
    ///
    /// Those that were just let in but not polled yet are among them.
    pub waiting: usize,
}
