//! The sending half of a channel.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use super::ends::Ending;
use super::reserve::{OwnedSendPermit, Reserving, SendPermit};
use super::send::Sending;
use super::sink::SendSink;
use super::state::{CloneId, Progress, State};
use super::statistics::ChannelStatistics;
use super::weak::WeakSender;
use crate::block::block_on;
use crate::deferred::Deferred;
use crate::error::{ReserveError, SendError, SendTimeoutError, TryReserveError, TrySendError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicBool, Ordering};

/// The sending half of a channel; clones are counted.
pub struct Sender<T> {
    pub(super) shared: Arc<Mutex<State<T>>>,
    pub(super) clone: CloneId,
    is_closed: AtomicBool,
}

impl<T> Sender<T> {
    pub(super) fn new(shared: Arc<Mutex<State<T>>>) -> Self {
        let clone = lock(&shared).add_sender();
        Self { shared, clone, is_closed: AtomicBool::new(false) }
    }

    /// One more sender, if there is one.
    pub(super) fn reopen(shared: &Arc<Mutex<State<T>>>) -> Option<Self> {
        let mut state = lock(shared);
        let clone = state.has_senders().then(|| state.add_sender())?;
        drop(state);
        Some(Self { shared: shared.clone(), clone, is_closed: AtomicBool::new(false) })
    }

    /// Puts an item into the channel, and waits while it is full.
    ///
    /// In a rendezvous it waits until a receiver has taken the item.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers or this clone are closed.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: an item whose `send` is dropped is dropped with it, and never received
    /// (law P3); in a rendezvous a receiver may have taken it just before.
    pub fn send(&self, item: T) -> Sending<'_, T> {
        Sending::new(self, item)
    }

    /// Puts an item into the channel, and blocks the thread while it is full.
    ///
    /// # Panics
    ///
    /// Panics on a thread that is polling an anyrt task, which it would block. In
    /// [`blocking::run`](crate::blocking) it works.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers or this clone are closed.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = anyrt_core::channel::bounded(1);
    /// let thread = std::thread::spawn(move || (0..10).try_for_each(|n| sender.send_blocking(n)));
    /// let sum: u32 = std::iter::from_fn(|| receiver.recv_blocking().ok()).sum();
    /// assert_eq!(sum, 45);
    /// assert_eq!(thread.join().unwrap(), Ok(()));
    /// ```
    #[track_caller]
    pub fn send_blocking(&self, item: T) -> Result<(), SendError<T>> {
        let sent = block_on("send_blocking", "send", None, self.send(item));
        sent.unwrap_or(Ok(()))
    }

    /// Puts an item into the channel, and blocks for at most `timeout`.
    ///
    /// # Panics
    ///
    /// Panics on a thread that is polling an anyrt task, which it would block.
    ///
    /// # Errors
    ///
    /// [`SendTimeoutError`] with the item, if there was no place in time, or the receivers or this
    /// clone are closed.
    #[track_caller]
    pub fn send_timeout_blocking(
        &self,
        item: T,
        timeout: Duration,
    ) -> Result<(), SendTimeoutError<T>> {
        let mut sending = self.send(item);
        match block_on("send_timeout_blocking", "send", Some(timeout), &mut sending) {
            Some(sent) => sent.map_err(|SendError(item)| SendTimeoutError::Closed(item)),
            // In a rendezvous a receiver may have it by now.
            None => sending.give_up().map_or(Ok(()), |item| Err(SendTimeoutError::TimedOut(item))),
        }
    }

    /// Puts an item into the channel if that needs no waiting.
    ///
    /// A rendezvous is always full for it: only a send that waits can hand an item over.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the item, if the channel is full or closed.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        if self.is_clone_closed() {
            return Err(TrySendError::Closed(item));
        }
        let mut item = Some(item);
        let progress = self.change(|state, deferred| state.try_send(&mut item, deferred));
        match (progress, item) {
            (Progress::Closed, Some(item)) => Err(TrySendError::Closed(item)),
            (Progress::Waiting, Some(item)) => Err(TrySendError::Full(item)),
            _ => Ok(()),
        }
    }

    /// Waits for a place in the channel, and holds it for one item (law H7).
    ///
    /// An unbounded channel always has one.
    ///
    /// # Errors
    ///
    /// [`ReserveError::Closed`] if the receivers or this clone are closed;
    /// [`ReserveError::Rendezvous`] if the channel has no places: only a `send` that waits can hand
    /// an item over there (law H4).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else: a place that was granted
    /// passes to the next (law P2).
    ///
    /// # Examples
    ///
    /// ```
    /// # futures_executor::block_on(async {
    /// let (sender, receiver) = anyrt_core::channel::bounded(1);
    /// let permit = sender.reserve().await.unwrap();
    /// assert!(sender.try_send("barging in").is_err());
    /// permit.send("as reserved").unwrap();
    /// assert_eq!(receiver.recv().await, Ok("as reserved"));
    /// # });
    /// ```
    pub fn reserve(&self) -> Reserving<'_, T> {
        Reserving::new(self)
    }

    /// Holds a place for one item if that needs no waiting.
    ///
    /// A rendezvous is always full for it.
    ///
    /// # Errors
    ///
    /// [`TryReserveError`] if the channel is full or closed.
    pub fn try_reserve(&self) -> Result<SendPermit<'_, T>, TryReserveError> {
        if self.is_clone_closed() {
            return Err(TryReserveError::Closed);
        }
        match lock(&self.shared).try_reserve() {
            Progress::Done(()) => Ok(SendPermit::new(self)),
            Progress::Waiting => Err(TryReserveError::Full),
            Progress::Closed => Err(TryReserveError::Closed),
        }
    }

    /// Closes this clone; never waits, also in a cancelled scope (law P6).
    ///
    /// Sends that wait on this clone fail (law H3). The receivers see the end when the last clone
    /// is closed or dropped, and the channel is empty (law H1).
    pub fn close(&self) {
        if !self.is_closed.swap(true, Ordering::SeqCst) {
            self.change(|state, deferred| state.close_sender(self.clone, deferred));
        }
    }

    /// Waits until nobody can receive any more, or this clone is closed.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    pub fn closed(&self) -> Ending<'_, T> {
        Ending::new(self)
    }

    /// Tells whether a send would fail (law H2).
    ///
    /// It would if the receivers or this clone are closed.
    pub fn is_closed(&self) -> bool {
        self.is_closed_for(&lock(&self.shared))
    }

    /// Makes a sender that does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(&self.shared)
    }

    /// Makes it a sink of the futures crates.
    pub fn into_sink(self) -> SendSink<T> {
        SendSink::new(self)
    }

    /// Tells whether both are senders of one channel.
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

    pub(super) fn is_closed_for(&self, state: &State<T>) -> bool {
        self.is_clone_closed() || !state.has_receivers()
    }

    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State<T>, &mut Deferred) -> R) -> R {
        let mut deferred = Deferred::default();
        let result = change(&mut lock(&self.shared), &mut deferred);
        deferred.run();
        result
    }
}

/// Opens one more clone; of a closed one, a closed one.
impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        let mut state = lock(&self.shared);
        let is_closed = self.is_clone_closed();
        let clone = if is_closed { self.clone } else { state.add_sender() };
        drop(state);
        Self { shared: self.shared.clone(), clone, is_closed: AtomicBool::new(is_closed) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("is_closed", &self.is_clone_closed())
            .field("channel", &self.statistics())
            .finish()
    }
}

impl<T: Send + 'static> crate::backend::Sender<T> for Sender<T> {
    type Permit = OwnedSendPermit<T>;

    fn send(&self, item: T) -> impl Future<Output = Result<(), SendError<T>>> + Send {
        self.send(item)
    }

    fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.try_send(item)
    }

    async fn reserve(&self) -> Result<OwnedSendPermit<T>, ReserveError> {
        self.reserve().await.map(SendPermit::into_owned)
    }

    fn statistics(&self) -> ChannelStatistics {
        self.statistics()
    }

    fn close(&self) {
        self.close();
    }
}
