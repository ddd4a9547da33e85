//! The latest value, for all who want to know when it changes.
//!
//! # Invariants
//!
//! - Each change has a number; a receiver knows the number of the last that it has seen.
//! - Changes are made one after another, under a lock of their own, so that none is lost; the lock of
//!   the channel is free meanwhile, and whoever looks sees the value before.
//! - Values are cloned, changed and dropped after the lock of the channel is released.

mod receiver;
mod sender;
mod stream;

use std::sync::Arc;

pub use receiver::{Changing, WatchReceiver};
pub use sender::WatchSender;

use crate::sys::Mutex;
use crate::wait_list::WaitList;

/// Makes a channel that keeps the latest value only.
///
/// # Examples
///
/// ```
/// use anyrt_core::channel::watch;
///
/// # futures_executor::block_on(async {
/// let (sender, mut receiver) = watch("first");
/// assert_eq!(*receiver.get(), "first");
/// sender.send("second").unwrap();
/// sender.send("third").unwrap();
/// receiver.changed().await.unwrap();
/// assert_eq!(*receiver.get(), "third");
/// drop(sender);
/// assert!(receiver.changed().await.is_err());
/// # });
/// ```
pub fn watch<T>(initial: T) -> (WatchSender<T>, WatchReceiver<T>) {
    let shared = Arc::new(Shared {
        writing: Mutex::new(()),
        state: Mutex::new(State {
            value: Arc::new(initial),
            version: 0,
            senders: 0,
            receivers: 0,
            writer: None,
            waiting: WaitList::new(),
        }),
    });
    (WatchSender::new(&shared), WatchReceiver::new(&shared))
}

struct Shared<T> {
    /// Held while the value is changed.
    writing: Mutex<()>,
    state: Mutex<State<T>>,
}

struct State<T> {
    value: Arc<T>,
    version: u64,
    senders: usize,
    receivers: usize,
    /// Who changes the value right now.
    writer: Option<std::thread::ThreadId>,
    waiting: WaitList<()>,
}

/// What a watch channel tells about itself.
///
/// Both ends agree on it at every step (law H6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchStatistics {
    /// How often the value was changed.
    pub version: u64,
    /// The senders.
    pub senders: usize,
    /// The receivers.
    pub receivers: usize,
    /// The receivers that wait for a change.
    pub waiting_receivers: usize,
}

impl<T> State<T> {
    fn statistics(&self) -> WatchStatistics {
        WatchStatistics {
            version: self.version,
            senders: self.senders,
            receivers: self.receivers,
            waiting_receivers: self.waiting.len(),
        }
    }
}
