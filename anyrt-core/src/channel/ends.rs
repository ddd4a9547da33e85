//! Waiting for the receivers to go.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::operation::{Operation, Place};
use super::sender::Sender;
use super::state::State;
use crate::deferred::Deferred;
use crate::waiting::Wait;

/// The future of [`Sender::closed`].
///
/// It ends when a send would fail (law H2).
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
#[must_use = "this does nothing unless it is awaited"]
pub struct Ending<'a, T> {
    end: End<'a, T>,
    place: Place,
}

struct End<'a, T>(&'a Sender<T>);

impl<'a, T> Ending<'a, T> {
    pub(super) fn new(sender: &'a Sender<T>) -> Self {
        Self { end: End(sender), place: Place::default() }
    }
}

impl<T> Operation for End<'_, T> {
    type State = State<T>;
    type Output = ();

    const WAIT: Wait = Wait::Send;

    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        _: &mut Deferred,
    ) -> Result<(), usize> {
        if self.0.is_closed_for(state) {
            return Ok(());
        }
        Err(state.enqueue_end(self.0.clone, waker))
    }

    fn is_committed(&self, state: &State<T>, _: usize) -> bool {
        self.0.is_closed_for(state)
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<()> {
        if self.0.is_closed_for(state) {
            state.withdraw_end(key, deferred);
            return Poll::Ready(());
        }
        state.renew_end(key, waker, deferred);
        Poll::Pending
    }

    fn leave(&mut self, state: &mut State<T>, key: usize, deferred: &mut Deferred) {
        state.withdraw_end(key, deferred);
    }
}

impl<T> Future for Ending<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let shared = &this.end.0.shared;
        this.place.poll(&mut this.end, shared, cx)
    }
}

impl<T> Drop for Ending<'_, T> {
    fn drop(&mut self) {
        let shared = &self.end.0.shared;
        self.place.leave(&mut self.end, shared);
    }
}

impl<T> Debug for Ending<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("is_waiting", &self.place.is_taken()).finish()
    }
}
