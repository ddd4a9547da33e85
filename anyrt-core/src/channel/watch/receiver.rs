//! The side that sees the value change.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{Shared, State, WatchStatistics};
use crate::channel::operation::{Operation, Place};
use crate::deferred::Deferred;
use crate::error::Closed;
use crate::lock::lock;
use crate::waiting::Wait;

/// The receiving half of a [`watch`](super::watch) channel.
///
/// Each clone sees each change, and then the end (law H1). It is a [`Stream`](futures_core::Stream) of the
/// latest value at each change.
///
/// # Cancel safety
///
/// **Safe.** A `next` that is dropped has seen nothing.
pub struct WatchReceiver<T> {
    pub(super) shared: Arc<Shared<T>>,
    /// The number of the last change that it has seen.
    pub(super) seen: u64,
    /// As a stream, among those that wait.
    pub(super) listening: Place,
}

impl<T> WatchReceiver<T> {
    pub(super) fn new(shared: &Arc<Shared<T>>) -> Self {
        let mut state = lock(&shared.state);
        state.receivers += 1;
        Self { shared: shared.clone(), seen: state.version, listening: Place::default() }
    }

    /// Waits for a change that this receiver has not seen.
    ///
    /// It counts as seen then. Several changes since the last call are one.
    ///
    /// # Errors
    ///
    /// [`Closed`] if all senders are gone, and the last change was seen.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A change that came stays to be seen.
    pub fn changed(&mut self) -> Changing<'_, T> {
        let place = std::mem::take(&mut self.listening);
        let change = Change { shared: &self.shared, seen: &mut self.seen };
        Changing { change, place }
    }

    /// Tells whether there is a change that this receiver has not seen.
    pub fn has_changed(&self) -> bool {
        lock(&self.shared.state).version != self.seen
    }

    /// Gives the value; a change that was not seen stays to be seen.
    pub fn get(&self) -> Arc<T> {
        lock(&self.shared.state).value.clone()
    }

    /// Gives the value, and counts the last change as seen.
    pub fn get_and_see(&mut self) -> Arc<T> {
        let state = lock(&self.shared.state);
        self.seen = state.version;
        state.value.clone()
    }

    /// Tells whether all senders are gone.
    pub fn is_closed(&self) -> bool {
        lock(&self.shared.state).senders == 0
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> WatchStatistics {
        lock(&self.shared.state).statistics()
    }
}

/// Makes one more receiver, which has seen what this one has.
impl<T> Clone for WatchReceiver<T> {
    fn clone(&self) -> Self {
        lock(&self.shared.state).receivers += 1;
        Self { shared: self.shared.clone(), seen: self.seen, listening: Place::default() }
    }
}

impl<T> Drop for WatchReceiver<T> {
    fn drop(&mut self) {
        let mut change = Change { shared: &self.shared, seen: &mut self.seen };
        self.listening.leave(&mut change, &self.shared.state);
        lock(&self.shared.state).receivers -= 1;
    }
}

impl<T> Debug for WatchReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchReceiver")
            .field("has_changed", &self.has_changed())
            .field("channel", &self.statistics())
            .finish()
    }
}

/// The future of [`WatchReceiver::changed`].
///
/// # Cancel safety
///
/// **Safe.** A change that came stays to be seen (law P3).
#[must_use = "this does nothing unless it is awaited"]
pub struct Changing<'a, T> {
    change: Change<'a, T>,
    place: Place,
}

pub(super) struct Change<'a, T> {
    pub(super) shared: &'a Shared<T>,
    pub(super) seen: &'a mut u64,
}

impl<T> Change<'_, T> {
    /// Gives the value that counts as seen now.
    fn look(&mut self, state: &State<T>) -> Option<Result<Arc<T>, Closed>> {
        if state.version != *self.seen {
            *self.seen = state.version;
            return Some(Ok(state.value.clone()));
        }
        (state.senders == 0).then_some(Err(Closed))
    }
}

impl<T> Operation for Change<'_, T> {
    type State = State<T>;
    type Output = Result<Arc<T>, Closed>;

    const WAIT: Wait = Wait::Recv;

    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        _: &mut Deferred,
    ) -> Result<Self::Output, usize> {
        self.look(state).ok_or_else(|| state.waiting.push_back((), waker))
    }

    fn is_committed(&self, state: &State<T>, _: usize) -> bool {
        state.version != *self.seen || state.senders == 0
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<Self::Output> {
        let Some(result) = self.look(state) else {
            state.waiting.renew(key, waker, deferred);
            return Poll::Pending;
        };
        state.waiting.remove(key, deferred);
        Poll::Ready(result)
    }

    fn leave(&mut self, state: &mut State<T>, key: usize, deferred: &mut Deferred) {
        state.waiting.remove(key, deferred);
    }
}

impl<T> Future for Changing<'_, T> {
    type Output = Result<(), Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shared = this.change.shared;
        this.place.poll(&mut this.change, &shared.state, cx).map_ok(drop)
    }
}

impl<T> Drop for Changing<'_, T> {
    fn drop(&mut self) {
        let shared = self.change.shared;
        self.place.leave(&mut self.change, &shared.state);
    }
}

impl<T> Debug for Changing<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changing").field("is_waiting", &self.place.is_taken()).finish()
    }
}
