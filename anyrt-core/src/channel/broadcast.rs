//! A channel whose every receiver sees every item, unless it is too slow.
//!
//! # Invariants
//!
//! - The slots hold the last items that some receiver has yet to see, in order, at most as many as the
//!   capacity. A slot counts who has yet to see it, and the first one goes when that is nobody.
//! - A receiver knows the number of the item that it sees next. If that is older than the first slot,
//!   it has missed what lies between, and is told how many.
//! - Items are cloned and dropped after the lock is released.

mod receiver;
mod state;
mod stream;

use std::fmt::{self, Debug};
use std::sync::Arc;

pub use receiver::{BroadcastReceiver, BroadcastReceiving};
pub use state::BroadcastStatistics;

use crate::deferred::Deferred;
use crate::error::SendError;
use crate::lock::lock;
use crate::sys::Mutex;
use state::State;

/// Makes a channel whose every receiver sees every item.
///
/// It holds at most the last `capacity` items. A receiver that is slower misses the oldest, and is told
/// how many; it never makes the sender wait.
///
/// # Panics
///
/// Panics if `capacity` is 0: such a channel could hold nothing.
///
/// # Examples
///
/// ```
/// use anyrt_core::channel::broadcast;
/// use anyrt_core::channel::{BroadcastError, TryBroadcastError};
///
/// # futures_executor::block_on(async {
/// let (sender, mut receiver) = broadcast(2);
/// let mut other = sender.subscribe();
/// for item in 1..=3 {
///     sender.send(item).unwrap();
/// }
/// assert_eq!(receiver.recv().await, Err(BroadcastError::Missed(1)));
/// assert_eq!(receiver.recv().await, Ok(2));
/// assert_eq!(receiver.recv().await, Ok(3));
/// drop(sender);
/// assert_eq!(receiver.recv().await, Err(BroadcastError::Closed));
/// assert_eq!(other.try_recv().unwrap_err(), TryBroadcastError::Missed(1));
/// # });
/// ```
#[track_caller]
pub fn broadcast<T: Clone>(capacity: usize) -> (BroadcastSender<T>, BroadcastReceiver<T>) {
    assert!(capacity > 0, "a broadcast channel of capacity 0 could hold nothing: use 1 or more");
    let shared = Arc::new(Mutex::new(State::new(capacity)));
    let receiver = BroadcastReceiver::subscribe_to(&shared);
    (BroadcastSender { shared }, receiver)
}

/// The sending half of a [`broadcast`] channel; clones are counted.
///
/// The receivers see the end when the last clone is dropped (law H1).
pub struct BroadcastSender<T> {
    shared: Arc<Mutex<State<T>>>,
}

impl<T> BroadcastSender<T> {
    /// Shows an item to all who receive now, and gives how many they are.
    ///
    /// It never waits. If the channel is full, the oldest item goes, and who has not seen it has missed it.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if there is no receiver.
    pub fn send(&self, item: T) -> Result<usize, SendError<T>> {
        let mut deferred = Deferred::default();
        let sent = lock(&self.shared).send(item, &mut deferred);
        deferred.run();
        let (receivers, missed) = sent.map_err(SendError)?;
        drop(missed);
        Ok(receivers)
    }

    /// Makes a receiver that sees what is sent from now on.
    pub fn subscribe(&self) -> BroadcastReceiver<T> {
        BroadcastReceiver::subscribe_to(&self.shared)
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> BroadcastStatistics {
        lock(&self.shared).statistics()
    }
}

/// Opens one more clone.
impl<T> Clone for BroadcastSender<T> {
    fn clone(&self) -> Self {
        lock(&self.shared).add_sender();
        Self { shared: self.shared.clone() }
    }
}

impl<T> Drop for BroadcastSender<T> {
    fn drop(&mut self) {
        let mut deferred = Deferred::default();
        lock(&self.shared).remove_sender(&mut deferred);
        deferred.run();
    }
}

impl<T> Debug for BroadcastSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastSender").field("channel", &self.statistics()).finish()
    }
}
