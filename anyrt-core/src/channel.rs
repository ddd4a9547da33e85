//! Channels: what one task hands to another.
//!
//! | channel | who gets an item | the sender waits |
//! |---|---|---|
//! | [`bounded`] | one of the receivers | while so many items are in it |
//! | `bounded(0)`, a rendezvous | one of the receivers | until a receiver has the item (law H4) |
//! | [`unbounded`] | one of the receivers | never |
//! | [`oneshot()`] | the receiver, one item | never |
//! | [`broadcast()`] | every receiver that is not too slow | never |
//! | [`watch()`] | every receiver sees the latest | never |
//! | [`Queue`] | as of a bounded one; counts unfinished work | while it is full |
//!
//! They need no runtime, are fair on both sides, and lose nothing when an operation is cancelled.
//! [`Sender::reserve`] holds a place before there is an item. A [`Receiver`] is a stream, as are those of
//! [`broadcast()`] and [`watch()`], and [`Sender::into_sink`] makes a sink. `send_blocking` and `recv_blocking` are for threads.

mod broadcast;
mod ends;
mod oneshot;
mod operation;
mod queue;
mod receiver;
mod recv;
mod reserve;
mod send;
mod sender;
mod sink;
mod state;
mod statistics;
mod stream;
mod watch;
mod weak;

use std::sync::Arc;

pub use crate::error::{
    BroadcastError, Closed, Missed, RecvTimeoutError, ReserveError, SendError, SendTimeoutError,
    TaskDoneError, TryBroadcastError, TryRecvError, TryReserveError, TrySendError,
};
pub use broadcast::{
    BroadcastReceiver, BroadcastReceiving, BroadcastSender, BroadcastStatistics, broadcast,
};
pub use ends::Ending;
pub use oneshot::{OneshotEnding, OneshotReceiver, OneshotSender, oneshot};
pub use queue::{Joining, Queue, QueueStatistics};
pub use receiver::Receiver;
pub use recv::Receiving;
pub use reserve::{OwnedSendPermit, Reserving, SendPermit};
pub use send::Sending;
pub use sender::Sender;
pub use sink::SendSink;
pub use statistics::ChannelStatistics;
pub use watch::{Changing, WatchReceiver, WatchSender, WatchStatistics, watch};
pub use weak::{WeakReceiver, WeakSender};

use crate::sys::Mutex;
use state::State;

/// Makes a channel that holds at most `capacity` items.
///
/// 0 is a rendezvous.
///
/// # Cancel safety
///
/// **Safe.** What is not received stays in the channel.
///
/// # Examples
///
/// ```
/// use anyrt_core::channel::bounded;
///
/// let (sender, receiver) = bounded(1);
/// sender.try_send("first").unwrap();
/// assert_eq!(sender.try_send("second").unwrap_err().into_inner(), "second");
/// assert_eq!(receiver.try_recv(), Ok("first"));
/// ```
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    with_capacity(Some(capacity))
}

/// Makes a channel that holds any number of items.
///
/// # Cancel safety
///
/// **Safe.** What is not received stays in the channel.
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    with_capacity(None)
}

fn with_capacity<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(State::new(capacity)));
    (Sender::new(shared.clone()), Receiver::new(shared))
}
