//! What a semaphore and the ends of a channel can do on any backend.

use std::future::Future;

use futures_core::Stream;

use crate::channel::ChannelStatistics;
use crate::error::{Closed, ReserveError, SendError, TryAcquireError, TryRecvError, TrySendError};

/// A counted set of permits, given out in the order of asking.
pub trait Semaphore: Clone + Send + Sync + 'static {
    /// What gives its permits back when dropped.
    type Permit: Send + 'static;

    /// Waits for a permit.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    fn acquire(&self) -> impl Future<Output = Self::Permit> + Send {
        self.acquire_many(1)
    }

    /// Waits for `count` permits, and takes all of them at once.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    fn acquire_many(&self, count: usize) -> impl Future<Output = Self::Permit> + Send;

    /// Takes a permit if one is free and nobody waits for it.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there is none.
    fn try_acquire(&self) -> Result<Self::Permit, TryAcquireError>;

    /// Counts the permits that nobody holds and nobody was promised.
    fn available(&self) -> usize;

    /// Adds permits, and wakes as many waiters as fit.
    fn add_permits(&self, count: usize);

    /// Takes permits out of their semaphore for good.
    fn forget(permit: Self::Permit);
}

/// The sending half of a channel; clones are counted.
pub trait Sender<T: Send + 'static>: Clone + Send + Sync + 'static {
    /// What holds a place for an item.
    type Permit: SendPermit<T>;

    /// Puts an item into the channel, and waits while it is full.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers or this clone are closed.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: an item whose `send` is dropped is dropped with it, and never received.
    fn send(&self, item: T) -> impl Future<Output = Result<(), SendError<T>>> + Send;

    /// Puts an item into the channel if that needs no waiting.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the item, if the channel is full or closed.
    fn try_send(&self, item: T) -> Result<(), TrySendError<T>>;

    /// Waits for a place, and holds it for an item that may come later.
    ///
    /// # Errors
    ///
    /// [`ReserveError`] if the receivers or this clone are closed, or the channel has no places: a
    /// rendezvous has none.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    fn reserve(&self) -> impl Future<Output = Result<Self::Permit, ReserveError>> + Send;

    /// Gives numbers for monitoring.
    ///
    /// Both ends give the same (law H6).
    fn statistics(&self) -> ChannelStatistics;

    /// Closes this clone.
    ///
    /// The receivers see the end when the last one is closed or dropped.
    fn close(&self);
}

/// A place in a channel that is held for one item.
///
/// Dropped without an item, it gives the place back (law H7).
pub trait SendPermit<T>: Send + 'static {
    /// Puts an item into the place; never waits.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers were closed meanwhile.
    fn send(self, item: T) -> Result<(), SendError<T>>;
}

/// The receiving half of a channel, and a stream of its items.
///
/// Clones are counted, and each item goes to one of them. As a stream it ends when the channel is
/// closed (law H8).
pub trait Receiver<T: Send + 'static>:
    Stream<Item = T> + Unpin + Clone + Send + Sync + 'static
{
    /// Takes the next item, and waits while there is none.
    ///
    /// # Errors
    ///
    /// [`Closed`] if all senders are closed and the channel is empty, or this clone is closed.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `recv` that is dropped took nothing.
    fn recv(&self) -> impl Future<Output = Result<T, Closed>> + Send;

    /// Takes the next item if there is one that nobody was promised.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none, or the channel is closed.
    fn try_recv(&self) -> Result<T, TryRecvError>;

    /// Gives numbers for monitoring.
    ///
    /// Both ends give the same (law H6).
    fn statistics(&self) -> ChannelStatistics;

    /// Closes this clone.
    ///
    /// The senders see it when the last one is closed or dropped.
    fn close(&self);
}
