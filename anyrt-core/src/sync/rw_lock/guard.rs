//! What readers and writers have.

use std::ops::Deref;
use std::sync::Arc;

use super::RwLock;
use super::data::{Access, Data, Value};
use crate::sync::guard::guard;
use crate::sync::queued::Gate;

/// A reader of a lock that is borrowed or shared.
pub(super) struct Reader<L: Deref<Target = RwLock<T>>, T> {
    lock: L,
    /// Here until the guard is dropped.
    value: Option<Arc<T>>,
}

impl<L: Deref<Target = RwLock<T>>, T> Reader<L, T> {
    pub(super) fn new(lock: L, access: Access<T>) -> Self {
        let Access::Read(value) = access else { unreachable!("a reader asks to read") };
        Self { lock, value: Some(value) }
    }

    fn value(&self) -> &T {
        self.value.as_ref().unwrap_or_else(|| gone())
    }
}

impl<L: Deref<Target = RwLock<T>>, T> Drop for Reader<L, T> {
    fn drop(&mut self) {
        // Before the next may write. It is not the last one: the lock has another.
        drop(self.value.take());
        self.lock.queued().change(Data::end_read);
    }
}

/// A writer of a lock that is borrowed or shared.
pub(super) struct Writer<L: Deref<Target = RwLock<T>>, T> {
    lock: L,
    /// Here until the guard is dropped or becomes a reader's.
    value: Option<Value<T>>,
}

impl<L: Deref<Target = RwLock<T>>, T> Writer<L, T> {
    pub(super) fn new(lock: L, access: Access<T>) -> Self {
        let Access::Write(value) = access else { unreachable!("a writer asks to write") };
        Self { lock, value: Some(value) }
    }

    fn value(&self) -> &T {
        self.value.as_ref().and_then(Value::get).unwrap_or_else(|| gone())
    }

    fn value_mut(&mut self) -> &mut T {
        self.value.as_mut().and_then(Value::get_mut).unwrap_or_else(|| gone())
    }

    fn downgrade(mut self) -> Reader<L, T>
    where
        L: Clone,
    {
        let value = self.value.take().unwrap_or_else(|| gone());
        let value = self.lock.queued().change(|data| data.downgrade(value));
        Reader { lock: self.lock.clone(), value: Some(value) }
    }
}

impl<L: Deref<Target = RwLock<T>>, T> Drop for Writer<L, T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            self.lock.queued().change(|data| data.end_write(value));
        }
    }
}

#[cold]
fn gone() -> ! {
    unreachable!("a guard has the data until it is dropped, and a writer has it alone")
}

/// Access to data that others may read, too.
///
/// When the last one is dropped, a writer that waits is let in (laws F1, L5).
#[must_use = "a guard that is not held ends the reading at once"]
pub struct RwLockReadGuard<'a, T>(pub(super) Reader<&'a RwLock<T>, T>);

impl<T> RwLockReadGuard<'_, T> {
    fn value(&self) -> &T {
        self.0.value()
    }
}

guard!(RwLockReadGuard<'a, T>);

/// Access to data that others may read, too; it keeps the lock alive.
///
/// When the last one is dropped, a writer that waits is let in (laws F1, L5).
#[must_use = "a guard that is not held ends the reading at once"]
pub struct OwnedRwLockReadGuard<T>(pub(super) Reader<Arc<RwLock<T>>, T>);

impl<T> OwnedRwLockReadGuard<T> {
    fn value(&self) -> &T {
        self.0.value()
    }
}

guard!(OwnedRwLockReadGuard<T>);

/// Access to data that nobody else may touch.
///
/// When it is dropped, those that wait are let in, in order (laws F1, L5).
#[must_use = "a guard that is not held ends the writing at once"]
pub struct RwLockWriteGuard<'a, T>(pub(super) Writer<&'a RwLock<T>, T>);

impl<'a, T> RwLockWriteGuard<'a, T> {
    /// Goes on reading, and lets no writer in between.
    ///
    /// Readers that wait at the head of the queue are let in (law F1).
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard(guard.0.downgrade())
    }

    fn value(&self) -> &T {
        self.0.value()
    }

    fn value_mut(&mut self) -> &mut T {
        self.0.value_mut()
    }
}

guard!(mut RwLockWriteGuard<'a, T>);

/// Access to data that nobody else may touch; it keeps the lock alive.
///
/// When it is dropped, those that wait are let in, in order (laws F1, L5).
#[must_use = "a guard that is not held ends the writing at once"]
pub struct OwnedRwLockWriteGuard<T>(pub(super) Writer<Arc<RwLock<T>>, T>);

impl<T> OwnedRwLockWriteGuard<T> {
    /// Goes on reading, and lets no writer in between.
    ///
    /// Readers that wait at the head of the queue are let in (law F1).
    pub fn downgrade(guard: Self) -> OwnedRwLockReadGuard<T> {
        OwnedRwLockReadGuard(guard.0.downgrade())
    }

    fn value(&self) -> &T {
        self.0.value()
    }

    fn value_mut(&mut self) -> &mut T {
        self.0.value_mut()
    }
}

guard!(mut OwnedRwLockWriteGuard<T>);
