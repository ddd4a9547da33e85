//! The futures of a read-write lock.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::RwLock;
use super::data::Mode;
use super::guard::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, Reader, RwLockReadGuard, RwLockWriteGuard, Writer,
};
use crate::sync::queued::Asking;

/// The future of [`RwLock::read`].
///
/// Readers and writers are let in in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[must_use = "nothing is locked unless this is awaited"]
pub struct RwLockRead<'a, T> {
    asking: Asking<&'a RwLock<T>>,
}

impl<'a, T> RwLockRead<'a, T> {
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        Self { asking: Asking::new(lock, Mode::Read) }
    }
}

impl<'a, T> Future for RwLockRead<'a, T> {
    type Output = RwLockReadGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.asking.poll(cx);
        polled.map(|(lock, access)| RwLockReadGuard(Reader::new(lock, access)))
    }
}

impl<T> Debug for RwLockRead<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RwLockRead").field(&self.asking).finish()
    }
}

/// The future of [`RwLock::read_owned`].
///
/// Readers and writers are let in in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[must_use = "nothing is locked unless this is awaited"]
pub struct RwLockReadOwned<T> {
    asking: Asking<Arc<RwLock<T>>>,
}

impl<T> RwLockReadOwned<T> {
    pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
        Self { asking: Asking::new(lock, Mode::Read) }
    }
}

impl<T> Future for RwLockReadOwned<T> {
    type Output = OwnedRwLockReadGuard<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.asking.poll(cx);
        polled.map(|(lock, access)| OwnedRwLockReadGuard(Reader::new(lock, access)))
    }
}

impl<T> Debug for RwLockReadOwned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RwLockReadOwned").field(&self.asking).finish()
    }
}

/// The future of [`RwLock::write`].
///
/// Readers and writers are let in in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[must_use = "nothing is locked unless this is awaited"]
pub struct RwLockWrite<'a, T> {
    asking: Asking<&'a RwLock<T>>,
}

impl<'a, T> RwLockWrite<'a, T> {
    pub(super) fn new(lock: &'a RwLock<T>) -> Self {
        Self { asking: Asking::new(lock, Mode::Write) }
    }
}

impl<'a, T> Future for RwLockWrite<'a, T> {
    type Output = RwLockWriteGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.asking.poll(cx);
        polled.map(|(lock, access)| RwLockWriteGuard(Writer::new(lock, access)))
    }
}

impl<T> Debug for RwLockWrite<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RwLockWrite").field(&self.asking).finish()
    }
}

/// The future of [`RwLock::write_owned`].
///
/// Readers and writers are let in in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[must_use = "nothing is locked unless this is awaited"]
pub struct RwLockWriteOwned<T> {
    asking: Asking<Arc<RwLock<T>>>,
}

impl<T> RwLockWriteOwned<T> {
    pub(super) fn new(lock: Arc<RwLock<T>>) -> Self {
        Self { asking: Asking::new(lock, Mode::Write) }
    }
}

impl<T> Future for RwLockWriteOwned<T> {
    type Output = OwnedRwLockWriteGuard<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.asking.poll(cx);
        polled.map(|(lock, access)| OwnedRwLockWriteGuard(Writer::new(lock, access)))
    }
}

impl<T> Debug for RwLockWriteOwned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RwLockWriteOwned").field(&self.asking).finish()
    }
}
