//! Receiving one item.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::operation::{Operation, Place};
use super::receiver::Receiver;
use super::state::{Progress, State};
use crate::deferred::Deferred;
use crate::error::Closed;
use crate::waiting::Wait;

/// The future of [`Receiver::recv`].
///
/// # Cancel safety
///
/// **Safe.** A `recv` that is dropped took nothing (law P3).
#[must_use = "a recv does nothing unless it is awaited"]
pub struct Receiving<'a, T> {
    receiver: &'a Receiver<T>,
    place: Place,
}

impl<'a, T> Receiving<'a, T> {
    pub(super) fn new(receiver: &'a Receiver<T>) -> Self {
        Self { receiver, place: Place::default() }
    }
}

impl<T> Operation for &Receiver<T> {
    type State = State<T>;
    type Output = Result<T, Closed>;

    const WAIT: Wait = Wait::Recv;

    #[inline]
    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Result<Self::Output, usize> {
        if self.is_clone_closed() {
            return Ok(Err(Closed));
        }
        self.listening.stop(state, deferred);
        match state.try_recv(deferred) {
            Progress::Done(item) => Ok(Ok(item)),
            Progress::Closed => Ok(Err(Closed)),
            Progress::Waiting => Err(state.enqueue_recv(self.clone, waker)),
        }
    }

    fn is_committed(&self, state: &State<T>, key: usize) -> bool {
        state.is_recv_committed(key)
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<Self::Output> {
        match state.continue_recv(key, waker, deferred) {
            Progress::Done(item) => Poll::Ready(Ok(item)),
            Progress::Closed => Poll::Ready(Err(Closed)),
            Progress::Waiting => Poll::Pending,
        }
    }

    fn leave(&mut self, state: &mut State<T>, key: usize, deferred: &mut Deferred) {
        state.withdraw_recv(key, deferred);
    }
}

impl<T> Future for Receiving<'_, T> {
    type Output = Result<T, Closed>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shared = &this.receiver.shared;
        this.place.poll(&mut this.receiver, shared, cx)
    }
}

impl<T> Drop for Receiving<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let shared = &self.receiver.shared;
        self.place.leave(&mut self.receiver, shared);
    }
}

impl<T> Debug for Receiving<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiving").field("is_waiting", &self.place.is_taken()).finish()
    }
}
