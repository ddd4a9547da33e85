//! What can go wrong at a channel.

use std::fmt::{self, Debug};

/// The other side of the channel is closed, or this clone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the channel is closed and holds no more items")]
pub struct Closed;

/// A send to a closed channel; the item is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the channel is closed: nobody will receive the item")]
pub struct SendError<T>(pub T);

impl<T> Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

/// A send that would have had to wait, or to a closed channel.
///
/// The item is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrySendError<T> {
    /// The channel is full, or others wait before this one.
    #[error("the channel is full: send waits for a free place")]
    Full(T),
    /// The receivers or this clone are closed.
    #[error("the channel is closed: nobody will receive the item")]
    Closed(T),
}

impl<T> TrySendError<T> {
    /// Gives the item back.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(item) | Self::Closed(item) => item,
        }
    }
}

impl<T> Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

/// No place in the channel could be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReserveError {
    /// The receivers or this clone are closed.
    #[error("the channel is closed: nobody will receive the item")]
    Closed,
    /// A rendezvous has no places.
    #[error("a channel of capacity 0 has no places to hold: use send, which waits for a receiver")]
    Rendezvous,
}

/// No place in the channel could be held at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TryReserveError {
    /// The channel is full, or others wait before this one.
    #[error("the channel is full: reserve waits for a free place")]
    Full,
    /// The receivers or this clone are closed.
    #[error("the channel is closed: nobody will receive the item")]
    Closed,
}

/// A blocking send that found no place in time, or a closed channel.
///
/// The item is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendTimeoutError<T> {
    /// The channel was full all the time.
    #[error("the channel was full for too long")]
    TimedOut(T),
    /// The receivers or this clone are closed.
    #[error("the channel is closed: nobody will receive the item")]
    Closed(T),
}

impl<T> SendTimeoutError<T> {
    /// Gives the item back.
    pub fn into_inner(self) -> T {
        match self {
            Self::TimedOut(item) | Self::Closed(item) => item,
        }
    }
}

impl<T> Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut(_) => "TimedOut(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

/// A blocking receive that found no item in time, or a closed channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecvTimeoutError {
    /// No item came.
    #[error("no item came in time")]
    TimedOut,
    /// All senders are closed and nothing is left, or this clone is closed.
    #[error("the channel is closed and holds no more items")]
    Closed,
}

/// Why a receiver of a broadcast channel has no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BroadcastError {
    /// So many items went before this receiver saw them.
    #[error("{0} items were missed: this receiver was too slow")]
    Missed(u64),
    /// All senders are gone, and all items were seen.
    #[error("the channel is closed and holds no more items")]
    Closed,
}

/// So many items went before a receiver of a broadcast channel saw them.
///
/// That is what the receiver gives in their place as a stream (law H10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} items were missed: this receiver was too slow")]
pub struct Missed(pub u64);

/// Why a receiver of a broadcast channel has no item at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TryBroadcastError {
    /// Nothing was sent that this receiver has not seen.
    #[error("the channel is empty: recv waits for an item")]
    Empty,
    /// So many items went before this receiver saw them.
    #[error("{0} items were missed: this receiver was too slow")]
    Missed(u64),
    /// All senders are gone, and all items were seen.
    #[error("the channel is closed and holds no more items")]
    Closed,
}

/// An item was called done that nobody has put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task_done was called more often than items were put into the queue")]
#[non_exhaustive]
pub struct TaskDoneError {}

impl TaskDoneError {
    pub(crate) fn new() -> Self {
        Self {}
    }
}

/// There was no item to take at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TryRecvError {
    /// No item is there, or all are promised to others.
    #[error("the channel is empty: recv waits for an item")]
    Empty,
    /// All senders are closed and nothing is left, or this clone is closed.
    #[error("the channel is closed and holds no more items")]
    Closed,
}
