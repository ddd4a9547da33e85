//! Sending one item.

use std::borrow::Borrow;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::operation::{Operation, Place};
use super::sender::Sender;
use super::state::{Progress, State};
use crate::deferred::Deferred;
use crate::error::SendError;
use crate::waiting::Wait;

/// The future of [`Sender::send`].
///
/// # Cancel safety
///
/// **Loses data**: an item whose `send` is dropped is dropped with it, and never received (law P3).
#[must_use = "a send does nothing unless it is awaited"]
pub struct Sending<'a, T> {
    send: Send<&'a Sender<T>, T>,
    place: Place,
}

// The item is moved, never pinned.
impl<T> Unpin for Sending<'_, T> {}

/// The operation, of a sender that is borrowed or owned.
pub(super) struct Send<S, T> {
    sender: S,
    /// The item, unless it is held out in the queue, or the send is over.
    item: Option<T>,
}

impl<'a, T> Sending<'a, T> {
    pub(super) fn new(sender: &'a Sender<T>, item: T) -> Self {
        let mut send = Send::new(sender);
        send.put_item(item);
        Self { send, place: Place::default() }
    }

    /// Ends it; gives the item unless a receiver has it.
    pub(super) fn give_up(mut self) -> Option<T> {
        let shared = &self.send.sender.shared;
        self.place.leave(&mut self.send, shared);
        self.send.take_item()
    }
}

impl<S: Borrow<Sender<T>>, T> Send<S, T> {
    pub(super) fn new(sender: S) -> Self {
        Self { sender, item: None }
    }

    pub(super) fn sender(&self) -> &Sender<T> {
        self.sender.borrow()
    }

    pub(super) fn has_item(&self) -> bool {
        self.item.is_some()
    }

    pub(super) fn put_item(&mut self, item: T) {
        self.item = Some(item);
    }

    pub(super) fn take_item(&mut self) -> Option<T> {
        self.item.take()
    }

    fn end(&mut self, progress: Progress<()>) -> Poll<Result<(), SendError<T>>> {
        match (progress, self.item.take()) {
            (Progress::Waiting, item) => {
                self.item = item;
                Poll::Pending
            }
            (Progress::Closed, Some(item)) => Poll::Ready(Err(SendError(item))),
            _ => Poll::Ready(Ok(())),
        }
    }
}

impl<S: Borrow<Sender<T>>, T> Operation for Send<S, T> {
    type State = State<T>;
    type Output = Result<(), SendError<T>>;

    const WAIT: Wait = Wait::Send;

    #[inline]
    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Result<Self::Output, usize> {
        assert!(self.item.is_some(), "a send was polled after it had completed");
        let progress = if self.sender().is_clone_closed() {
            Progress::Closed
        } else {
            state.try_send(&mut self.item, deferred)
        };
        match self.end(progress) {
            Poll::Ready(result) => Ok(result),
            Poll::Pending => {
                let clone = self.sender().clone;
                Err(state.enqueue_send(clone, &mut self.item, waker, deferred))
            }
        }
    }

    fn is_committed(&self, state: &State<T>, key: usize) -> bool {
        state.is_send_committed(key)
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<Self::Output> {
        let progress = state.continue_send(key, &mut self.item, waker, deferred);
        self.end(progress)
    }

    fn leave(&mut self, state: &mut State<T>, key: usize, deferred: &mut Deferred) {
        state.withdraw_send(key, &mut self.item, deferred);
    }
}

impl<T> Future for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shared = &this.send.sender.shared;
        this.place.poll(&mut this.send, shared, cx)
    }
}

impl<T> Drop for Sending<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let shared = &self.send.sender.shared;
        self.place.leave(&mut self.send, shared);
    }
}

impl<T> Debug for Sending<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").field("is_waiting", &self.place.is_taken()).finish()
    }
}
