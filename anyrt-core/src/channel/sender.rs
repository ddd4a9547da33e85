//! The sending half of a channel.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::state::{ChannelStatistics, CloneId, Progress, State};
use crate::error::{SendError, TrySendError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicBool, Ordering};
use crate::wait_list::Deferred;
use crate::waiting::Wait;
use crate::{budget, frame, leaf};

/// The sending half of a channel; clones are counted.
pub struct Sender<T> {
    shared: Arc<Mutex<State<T>>>,
    clone: CloneId,
    is_closed: AtomicBool,
}

impl<T> Sender<T> {
    pub(super) fn new(shared: Arc<Mutex<State<T>>>) -> Self {
        let clone = lock(&shared).add_sender();
        Self { shared, clone, is_closed: AtomicBool::new(false) }
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
        Sending { sender: self, item: Some(item), key: None, is_over: false }
    }

    /// Puts an item into the channel if that needs no waiting.
    ///
    /// A rendezvous is always full for it: only a send that waits can hand an item over.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the item, if the channel is full or closed.
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        if self.is_closed() {
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

    /// Closes this clone; never waits, also in a cancelled scope (law P6).
    ///
    /// Sends that wait on this clone fail (law H3). The receivers see the end when the last clone
    /// is closed or dropped, and the channel is empty (law H1).
    pub fn close(&self) {
        if !self.is_closed.swap(true, Ordering::SeqCst) {
            self.change(|state, deferred| state.close_sender(self.clone, deferred));
        }
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> ChannelStatistics {
        lock(&self.shared).statistics()
    }

    fn is_closed(&self) -> bool {
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
impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        let mut state = lock(&self.shared);
        let is_closed = self.is_closed();
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
            .field("is_closed", &self.is_closed())
            .field("channel", &self.statistics())
            .finish()
    }
}

/// The future of [`Sender::send`].
///
/// # Cancel safety
///
/// **Loses data**: an item whose `send` is dropped is dropped with it, and never received (law P3).
#[must_use = "a send does nothing unless it is awaited"]
pub struct Sending<'a, T> {
    sender: &'a Sender<T>,
    item: Option<T>,
    key: Option<usize>,
    is_over: bool,
}

// The item is moved, never pinned.
impl<T> Unpin for Sending<'_, T> {}

impl<T> Sending<'_, T> {
    fn end(&mut self, progress: Progress<()>) -> Poll<Result<(), SendError<T>>> {
        self.is_over = true;
        budget::spend();
        Poll::Ready(match (progress, self.item.take()) {
            (Progress::Closed, Some(item)) => Err(SendError(item)),
            _ => Ok(()),
        })
    }
}

impl<T> Future for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let sender = this.sender;
        if let Some(key) = this.key {
            let item = &mut this.item;
            let is_cancelled = frame::is_cancelled();
            let progress = sender.change(|state, deferred| {
                if is_cancelled && !state.is_send_committed(key) {
                    state.withdraw_send(key, item, deferred);
                    return None;
                }
                Some(state.continue_send(key, item, cx.waker(), deferred))
            });
            match progress {
                Some(Progress::Waiting) => {
                    leaf::wait(cx.waker(), Wait::Send);
                    return Poll::Pending;
                }
                Some(progress) => {
                    this.key = None;
                    return this.end(progress);
                }
                None => this.key = None,
            }
        }
        assert!(!this.is_over, "a send was polled after it had completed");
        ready!(leaf::poll_turn(cx));
        let (item, key) = (&mut this.item, &mut this.key);
        let progress = sender.change(|state, deferred| {
            if sender.is_closed() {
                return Progress::Closed;
            }
            let progress = state.try_send(item, deferred);
            if matches!(progress, Progress::Waiting) {
                *key = Some(state.enqueue_send(sender.clone, item, cx.waker(), deferred));
            }
            progress
        });
        if matches!(progress, Progress::Waiting) {
            leaf::wait(cx.waker(), Wait::Send);
            return Poll::Pending;
        }
        this.end(progress)
    }
}

impl<T> Drop for Sending<'_, T> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let item = &mut self.item;
        self.sender.change(|state, deferred| state.withdraw_send(key, item, deferred));
    }
}

impl<T> Debug for Sending<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").field("is_waiting", &self.key.is_some()).finish()
    }
}

impl<T: Send + 'static> crate::backend::Sender<T> for Sender<T> {
    fn send(&self, item: T) -> impl Future<Output = Result<(), SendError<T>>> + Send {
        self.send(item)
    }

    fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.try_send(item)
    }

    fn close(&self) {
        self.close();
    }
}
