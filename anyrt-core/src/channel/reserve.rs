//! Holding a place for an item that is not there yet.
//!
//! # Invariants
//!
//! - A permit holds one place, from when it is made until it is sent through or dropped.
//! - It holds nothing else: neither its clone nor the channel stay open for it.

use std::fmt::{self, Debug};
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::operation::{Operation, Place};
use super::sender::Sender;
use super::state::{Progress, State};
use crate::deferred::Deferred;
use crate::error::{ReserveError, SendError};
use crate::waiting::Wait;

/// The future of [`Sender::reserve`].
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else (law P2).
#[must_use = "a reserve does nothing unless it is awaited"]
pub struct Reserving<'a, T> {
    reserve: Reserve<'a, T>,
    place: Place,
}

struct Reserve<'a, T>(&'a Sender<T>);

impl<'a, T> Reserving<'a, T> {
    pub(super) fn new(sender: &'a Sender<T>) -> Self {
        Self { reserve: Reserve(sender), place: Place::default() }
    }
}

impl<'a, T> Operation for Reserve<'a, T> {
    type State = State<T>;
    type Output = Result<SendPermit<'a, T>, ReserveError>;

    const WAIT: Wait = Wait::Send;

    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Result<Self::Output, usize> {
        if state.is_rendezvous() {
            return Ok(Err(ReserveError::Rendezvous));
        }
        if self.0.is_clone_closed() {
            return Ok(Err(ReserveError::Closed));
        }
        match state.try_reserve() {
            Progress::Done(()) => Ok(Ok(SendPermit::new(self.0))),
            Progress::Closed => Ok(Err(ReserveError::Closed)),
            Progress::Waiting => Err(state.enqueue_send(self.0.clone, &mut None, waker, deferred)),
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
        match state.continue_reserve(key, waker, deferred) {
            Progress::Done(()) => Poll::Ready(Ok(SendPermit::new(self.0))),
            Progress::Closed => Poll::Ready(Err(ReserveError::Closed)),
            Progress::Waiting => Poll::Pending,
        }
    }

    fn leave(&mut self, state: &mut State<T>, key: usize, deferred: &mut Deferred) {
        state.withdraw_send(key, &mut None, deferred);
    }
}

impl<'a, T> Future for Reserving<'a, T> {
    type Output = Result<SendPermit<'a, T>, ReserveError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shared = &this.reserve.0.shared;
        this.place.poll(&mut this.reserve, shared, cx)
    }
}

impl<T> Drop for Reserving<'_, T> {
    fn drop(&mut self) {
        let shared = &self.reserve.0.shared;
        self.place.leave(&mut self.reserve, shared);
    }
}

impl<T> Debug for Reserving<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserving").field("is_waiting", &self.place.is_taken()).finish()
    }
}

/// A place in a channel that is held for one item.
///
/// Dropped without an item, it gives the place back (law H7). It does not keep the channel open; its
/// [`into_owned`](Self::into_owned) does.
#[must_use = "a permit that is not used gives its place back at once"]
pub struct SendPermit<'a, T> {
    sender: &'a Sender<T>,
}

impl<'a, T> SendPermit<'a, T> {
    /// The caller has set a place aside.
    pub(super) fn new(sender: &'a Sender<T>) -> Self {
        Self { sender }
    }

    /// Puts an item into the place; never waits.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers or this clone were closed meanwhile.
    pub fn send(self, item: T) -> Result<(), SendError<T>> {
        ManuallyDrop::new(self).sender.fill_place(item)
    }

    /// Makes it a permit with a clone of the sender.
    ///
    /// It may leave this task.
    pub fn into_owned(self) -> OwnedSendPermit<T> {
        OwnedSendPermit { sender: ManuallyDrop::new(self).sender.clone(), is_used: false }
    }
}

impl<T> Sender<T> {
    fn fill_place(&self, item: T) -> Result<(), SendError<T>> {
        let filled = self.change(|state, deferred| {
            if self.is_clone_closed() {
                state.give_place_back(deferred);
                return Err(item);
            }
            state.fill_place(item, deferred)
        });
        filled.map_err(SendError)
    }

    fn give_place_back(&self) {
        self.change(State::give_place_back);
    }
}

impl<T> Drop for SendPermit<'_, T> {
    fn drop(&mut self) {
        self.sender.give_place_back();
    }
}

impl<T> Debug for SendPermit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendPermit").field("sender", self.sender).finish()
    }
}

/// A place in a channel that is held for one item.
///
/// It has a sender of its own. Dropped without an item, it gives the place back (law H7). It keeps the channel open.
#[must_use = "a permit that is not used gives its place back at once"]
pub struct OwnedSendPermit<T> {
    sender: Sender<T>,
    is_used: bool,
}

impl<T> OwnedSendPermit<T> {
    /// Puts an item into the place; never waits.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers were closed meanwhile.
    pub fn send(mut self, item: T) -> Result<(), SendError<T>> {
        self.is_used = true;
        self.sender.fill_place(item)
    }
}

impl<T> Drop for OwnedSendPermit<T> {
    fn drop(&mut self) {
        if !self.is_used {
            self.sender.give_place_back();
        }
    }
}

impl<T> Debug for OwnedSendPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedSendPermit").field("sender", &self.sender).finish()
    }
}

impl<T: Send + 'static> crate::backend::SendPermit<T> for OwnedSendPermit<T> {
    fn send(self, item: T) -> Result<(), SendError<T>> {
        self.send(item)
    }
}
