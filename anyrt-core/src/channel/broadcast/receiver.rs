//! The receiving half of a broadcast channel.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::state::{BroadcastStatistics, State};
use crate::channel::operation::{Operation, Place};
use crate::deferred::Deferred;
use crate::error::{BroadcastError, TryBroadcastError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::waiting::Wait;

/// The receiving half of a [`broadcast`](super::broadcast) channel.
///
/// It sees the items in the order of sending, and then the end (law H1). It is a
/// [`Stream`](futures_core::Stream) of the items, in which [`Missed`](crate::error::Missed) stands for those
/// that went before.
///
/// # Cancel safety
///
/// **Safe.** A `next` that is dropped has seen nothing.
pub struct BroadcastReceiver<T> {
    pub(super) shared: Arc<Mutex<State<T>>>,
    /// The number of the item that it sees next.
    pub(super) next: u64,
    /// As a stream, among those that wait.
    pub(super) listening: Place,
}

impl<T> BroadcastReceiver<T> {
    pub(super) fn subscribe_to(shared: &Arc<Mutex<State<T>>>) -> Self {
        let next = lock(shared).add_receiver();
        Self { shared: shared.clone(), next, listening: Place::default() }
    }

    /// Makes another receiver, which sees what is sent from now on.
    pub fn subscribe(&self) -> Self {
        Self::subscribe_to(&self.shared)
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> BroadcastStatistics {
        lock(&self.shared).statistics()
    }

    fn stop_listening(&mut self) {
        self.listening
            .leave(&mut Recv { shared: &self.shared, next: &mut self.next }, &self.shared);
    }
}

impl<T: Clone> BroadcastReceiver<T> {
    /// Gives a clone of the next item, and waits while there is none.
    ///
    /// # Errors
    ///
    /// [`BroadcastError::Missed`] if items went before they were seen; the next call gives the oldest
    /// that is left. [`BroadcastError::Closed`] if all senders are gone and all items seen.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `recv` that is dropped has seen nothing.
    pub fn recv(&mut self) -> BroadcastReceiving<'_, T> {
        let place = std::mem::take(&mut self.listening);
        let recv = Recv { shared: &self.shared, next: &mut self.next };
        BroadcastReceiving { recv, place }
    }

    /// Gives a clone of the next item if there is one.
    ///
    /// # Errors
    ///
    /// [`TryBroadcastError::Empty`] if there is none, or what [`recv`](Self::recv) would give.
    pub fn try_recv(&mut self) -> Result<T, TryBroadcastError> {
        self.stop_listening();
        let result = lock(&self.shared).try_recv(&mut self.next);
        match result {
            Some(Ok(item)) => Ok(Arc::unwrap_or_clone(item)),
            Some(Err(BroadcastError::Missed(count))) => Err(TryBroadcastError::Missed(count)),
            Some(Err(BroadcastError::Closed)) => Err(TryBroadcastError::Closed),
            None => Err(TryBroadcastError::Empty),
        }
    }
}

impl<T> Drop for BroadcastReceiver<T> {
    fn drop(&mut self) {
        self.stop_listening();
        let unseen = lock(&self.shared).remove_receiver(self.next);
        drop(unseen);
    }
}

impl<T> Debug for BroadcastReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastReceiver").field("channel", &self.statistics()).finish()
    }
}

/// The future of [`BroadcastReceiver::recv`].
///
/// # Cancel safety
///
/// **Safe.** A `recv` that is dropped has seen nothing (law P3).
#[must_use = "a recv does nothing unless it is awaited"]
pub struct BroadcastReceiving<'a, T> {
    recv: Recv<'a, T>,
    place: Place,
}

pub(super) struct Recv<'a, T> {
    pub(super) shared: &'a Mutex<State<T>>,
    pub(super) next: &'a mut u64,
}

impl<T> Operation for Recv<'_, T> {
    type State = State<T>;
    type Output = Result<Arc<T>, BroadcastError>;

    const WAIT: Wait = Wait::Recv;

    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        _: &mut Deferred,
    ) -> Result<Self::Output, usize> {
        state.try_recv(self.next).ok_or_else(|| state.enqueue(waker))
    }

    fn is_committed(&self, state: &State<T>, _: usize) -> bool {
        state.is_ready(*self.next)
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<Self::Output> {
        let Some(result) = state.try_recv(self.next) else {
            state.renew(key, waker, deferred);
            return Poll::Pending;
        };
        state.withdraw(key, deferred);
        Poll::Ready(result)
    }

    fn leave(&mut self, state: &mut State<T>, key: usize, deferred: &mut Deferred) {
        state.withdraw(key, deferred);
    }
}

impl<T: Clone> Future for BroadcastReceiving<'_, T> {
    type Output = Result<T, BroadcastError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shared = this.recv.shared;
        let poll = this.place.poll(&mut this.recv, shared, cx);
        poll.map(|result| result.map(Arc::unwrap_or_clone))
    }
}

impl<T> Drop for BroadcastReceiving<'_, T> {
    fn drop(&mut self) {
        let shared = self.recv.shared;
        self.place.leave(&mut self.recv, shared);
    }
}

impl<T> Debug for BroadcastReceiving<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastReceiving").field("is_waiting", &self.place.is_taken()).finish()
    }
}
