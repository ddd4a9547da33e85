//! The receiving half of a channel.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use super::recv::Receiving;
use super::state::{CloneId, Progress, State};
use super::statistics::ChannelStatistics;
use super::stream::Listening;
use super::weak::WeakReceiver;
use crate::block::block_on;
use crate::deferred::Deferred;
use crate::error::{Closed, RecvTimeoutError, TryRecvError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicBool, Ordering};

/// The receiving half of a channel.
///
/// Clones are counted, and each item goes to one of them. It is a [`Stream`](futures_core::Stream)
/// of the items, too, which ends when the channel is closed (law H8).
///
/// A stream that was polled and had to wait keeps its place in the queue, and an item that comes is
/// for it, until it is polled again, asked in another way, or dropped.
///
/// Items are given out in the order in which they were sent (law H1). With several receivers, one may
/// leave after an item was set aside for it: the item passes to the next (law P2), who may have got a
/// later one in between.
///
/// # Cancel safety
///
/// **Safe.** What was not received stays in the channel.
pub struct Receiver<T> {
    pub(super) shared: Arc<Mutex<State<T>>>,
    pub(super) clone: CloneId,
    is_closed: AtomicBool,
    /// Its place in the queue as a stream.
    pub(super) listening: Listening,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Arc<Mutex<State<T>>>) -> Self {
        let clone = lock(&shared).add_receiver();
        Self::with(shared, clone, false)
    }

    fn with(shared: Arc<Mutex<State<T>>>, clone: CloneId, is_closed: bool) -> Self {
        let is_closed = AtomicBool::new(is_closed);
        Self { shared, clone, is_closed, listening: Listening::default() }
    }

    /// One more receiver, if there is one.
    pub(super) fn reopen(shared: &Arc<Mutex<State<T>>>) -> Option<Self> {
        let mut state = lock(shared);
        let clone = state.has_receivers().then(|| state.add_receiver())?;
        drop(state);
        Some(Self::with(shared.clone(), clone, false))
    }

    /// Takes the next item, and waits while there is none.
    ///
    /// # Errors
    ///
    /// [`Closed`] if all senders are closed and the channel is empty, or this clone is closed.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `recv` that is dropped took nothing: an item that was promised to it goes to
    /// the next receiver (law P2).
    pub fn recv(&self) -> Receiving<'_, T> {
        Receiving::new(self)
    }

    /// Takes the next item, and blocks the thread while there is none.
    ///
    /// # Panics
    ///
    /// Panics on a thread that is polling an anyrt task, which it would block. In
    /// [`blocking::run`](crate::blocking) it works.
    ///
    /// # Errors
    ///
    /// [`Closed`] if all senders are closed and the channel is empty, or this clone is closed.
    #[track_caller]
    pub fn recv_blocking(&self) -> Result<T, Closed> {
        block_on("recv_blocking", "recv", None, self.recv()).unwrap_or(Err(Closed))
    }

    /// Takes the next item, and blocks the thread for at most `timeout`.
    ///
    /// # Panics
    ///
    /// Panics on a thread that is polling an anyrt task, which it would block.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError`] if none came in time, or the channel is closed.
    #[track_caller]
    pub fn recv_timeout_blocking(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        match block_on("recv_timeout_blocking", "recv", Some(timeout), self.recv()) {
            Some(received) => received.map_err(|Closed| RecvTimeoutError::Closed),
            None => Err(RecvTimeoutError::TimedOut),
        }
    }

    /// Takes the next item if there is one that nobody was promised.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none, or the channel is closed.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        if self.is_clone_closed() {
            return Err(TryRecvError::Closed);
        }
        let progress = self.change(|state, deferred| {
            self.listening.stop(state, deferred);
            state.try_recv(deferred)
        });
        match progress {
            Progress::Done(item) => Ok(item),
            Progress::Waiting => Err(TryRecvError::Empty),
            Progress::Closed => Err(TryRecvError::Closed),
        }
    }

    /// Closes this clone; never waits, also in a cancelled scope (law P6).
    ///
    /// Receives that wait on this clone fail (law H3). When the last clone is closed or dropped,
    /// the senders fail (law H2), and the items in the buffer are dropped.
    pub fn close(&self) {
        if !self.is_closed.swap(true, Ordering::SeqCst) {
            let unreceived =
                self.change(|state, deferred| state.close_receiver(self.clone, deferred));
            drop(unreceived);
        }
    }

    /// Tells whether nothing will come any more: `recv` gives [`Closed`] (law H1).
    pub fn is_closed(&self) -> bool {
        self.is_clone_closed() || lock(&self.shared).is_over()
    }

    /// Makes a receiver that does not keep the channel open.
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver::new(&self.shared)
    }

    /// Tells whether both are receivers of one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Counts the items in the buffer.
    #[expect(clippy::len_without_is_empty, reason = "it counts, and is no collection")]
    pub fn len(&self) -> usize {
        self.statistics().used
    }

    /// Gives how many items the buffer may hold; `None` is any number.
    pub fn capacity(&self) -> Option<usize> {
        self.statistics().capacity
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> ChannelStatistics {
        lock(&self.shared).statistics()
    }

    pub(super) fn is_clone_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    fn change<R>(&self, change: impl FnOnce(&mut State<T>, &mut Deferred) -> R) -> R {
        let mut deferred = Deferred::default();
        let result = change(&mut lock(&self.shared), &mut deferred);
        deferred.run();
        result
    }
}

/// Opens one more clone; of a closed one, a closed one.
impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        let mut state = lock(&self.shared);
        let is_closed = self.is_clone_closed();
        let clone = if is_closed { self.clone } else { state.add_receiver() };
        drop(state);
        Self::with(self.shared.clone(), clone, is_closed)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if self.listening.is_on() {
            self.change(|state, deferred| self.listening.stop(state, deferred));
        }
        self.close();
    }
}

impl<T> Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("is_closed", &self.is_clone_closed())
            .field("channel", &self.statistics())
            .finish()
    }
}

impl<T: Send + 'static> crate::backend::Receiver<T> for Receiver<T> {
    fn recv(&self) -> impl Future<Output = Result<T, Closed>> + Send {
        self.recv()
    }

    fn try_recv(&self) -> Result<T, TryRecvError> {
        self.try_recv()
    }

    fn statistics(&self) -> ChannelStatistics {
        self.statistics()
    }

    fn close(&self) {
        self.close();
    }
}
