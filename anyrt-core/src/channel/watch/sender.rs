//! The side that sets the value.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::thread;

use super::receiver::WatchReceiver;
use super::{Shared, WatchStatistics};
use crate::deferred::Deferred;
use crate::error::SendError;
use crate::lock::lock;

/// The sending half of a [`watch`](super::watch) channel; clones are counted.
///
/// The receivers see the end when the last clone is dropped (law H1).
pub struct WatchSender<T>(Arc<Shared<T>>);

impl<T> WatchSender<T> {
    pub(super) fn new(shared: &Arc<Shared<T>>) -> Self {
        lock(&shared.state).senders += 1;
        Self(shared.clone())
    }

    /// Sets the value, and wakes who waits for a change.
    ///
    /// # Panics
    ///
    /// Panics if it is called inside [`send_modify`](Self::send_modify) of the same channel.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if there is no receiver; [`send_replace`](Self::send_replace)
    /// sets it all the same.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.is_closed() {
            return Err(SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Sets the value, also without a receiver, and gives the one before.
    ///
    /// # Panics
    ///
    /// Panics if it is called inside [`send_modify`](Self::send_modify) of the same channel.
    #[track_caller]
    pub fn send_replace(&self, value: T) -> Arc<T> {
        self.write(|_| Arc::new(value))
    }

    /// Changes the value in place, also without a receiver.
    ///
    /// Changes are made one after another. Whoever looks meanwhile sees the value before; if `modify`
    /// panics, it stays.
    ///
    /// # Panics
    ///
    /// Panics if it is called inside another `send_modify` of the same channel.
    #[track_caller]
    pub fn send_modify(&self, modify: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        self.write(|value| {
            let mut value = T::clone(value);
            modify(&mut value);
            Arc::new(value)
        });
    }

    #[track_caller]
    fn write(&self, change: impl FnOnce(&T) -> Arc<T>) -> Arc<T> {
        let shared = &*self.0;
        let me = thread::current().id();
        assert!(
            lock(&shared.state).writer != Some(me),
            "a watch channel was written to inside its own send_modify, which would wait for itself: \
             change the value that send_modify gives you instead"
        );
        let writing = lock(&shared.writing);
        let value = {
            let mut state = lock(&shared.state);
            state.writer = Some(me);
            state.value.clone()
        };
        let writer = Writer(shared);
        let value_after = change(&value);
        drop(value);
        let mut deferred = Deferred::default();
        let mut state = lock(&shared.state);
        let before = std::mem::replace(&mut state.value, value_after);
        state.version += 1;
        state.waiting.wake_waiting(&mut deferred);
        drop(state);
        drop((writer, writing));
        deferred.run();
        before
    }

    /// Gives the value.
    pub fn get(&self) -> Arc<T> {
        lock(&self.0.state).value.clone()
    }

    /// Makes a receiver that has seen the value of now.
    pub fn subscribe(&self) -> WatchReceiver<T> {
        WatchReceiver::new(&self.0)
    }

    /// Tells whether there is no receiver.
    pub fn is_closed(&self) -> bool {
        lock(&self.0.state).receivers == 0
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> WatchStatistics {
        lock(&self.0.state).statistics()
    }
}

/// Forgets who writes, also when the change panics.
struct Writer<'a, T>(&'a Shared<T>);

impl<T> Drop for Writer<'_, T> {
    fn drop(&mut self) {
        lock(&self.0.state).writer = None;
    }
}

/// Opens one more clone.
impl<T> Clone for WatchSender<T> {
    fn clone(&self) -> Self {
        Self::new(&self.0)
    }
}

impl<T> Drop for WatchSender<T> {
    fn drop(&mut self) {
        let mut deferred = Deferred::default();
        let mut state = lock(&self.0.state);
        state.senders -= 1;
        if state.senders == 0 {
            state.waiting.wake_waiting(&mut deferred);
        }
        drop(state);
        deferred.run();
    }
}

impl<T> Debug for WatchSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchSender").field("channel", &self.statistics()).finish()
    }
}
