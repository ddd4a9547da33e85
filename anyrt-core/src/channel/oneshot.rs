//! One value, from one task to another.
//!
//! # Invariants
//!
//! - The value lies in the channel until the receiver is polled: a receiver that is cut has taken
//!   nothing (law P1).
//! - There is one waiter on each side, so one waker for each, and nothing to pass on.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::operation::{Operation, Place};
use crate::deferred::Deferred;
use crate::error::{Closed, SendError, TryRecvError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::waiting::Wait;

/// Makes a channel for one value.
///
/// To send needs no waiting.
///
/// # Cancel safety
///
/// **Safe** as `&mut receiver`: the value stays until it is received.
///
/// # Examples
///
/// ```
/// use anyrt_core::channel::oneshot;
///
/// # futures_executor::block_on(async {
/// let (sender, receiver) = oneshot();
/// sender.send("done").unwrap();
/// assert_eq!(receiver.await, Ok("done"));
///
/// let (sender, receiver) = oneshot();
/// drop(receiver);
/// assert_eq!(sender.send("too late").unwrap_err().0, "too late");
/// # });
/// ```
pub fn oneshot<T>() -> (OneshotSender<T>, OneshotReceiver<T>) {
    let shared = Arc::new(Mutex::new(State {
        value: None,
        has_sender: true,
        has_receiver: true,
        receiver: None,
        sender: None,
    }));
    let sender = OneshotSender { shared: shared.clone() };
    (sender, OneshotReceiver { shared, place: Place::default(), has_given: false })
}

struct State<T> {
    value: Option<T>,
    has_sender: bool,
    has_receiver: bool,
    /// Who waits for the value.
    receiver: Option<Waker>,
    /// Who waits for the receiver to go.
    sender: Option<Waker>,
}

/// The sending half of a [`oneshot`]; to send consumes it.
///
/// If the receiver is gone, the value is given back (law H2).
pub struct OneshotSender<T> {
    shared: Arc<Mutex<State<T>>>,
}

impl<T> OneshotSender<T> {
    /// Sends the value; never waits.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the value, if the receiver is gone.
    pub fn send(self, value: T) -> Result<(), SendError<T>> {
        let mut state = lock(&self.shared);
        if !state.has_receiver {
            return Err(SendError(value));
        }
        state.value = Some(value);
        Ok(())
    }

    /// Tells whether the receiver is gone.
    pub fn is_closed(&self) -> bool {
        !lock(&self.shared).has_receiver
    }

    /// Waits until the receiver is gone, and nobody wants the value any more.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    pub fn closed(&mut self) -> OneshotEnding<'_, T> {
        OneshotEnding { end: End(&self.shared), place: Place::default() }
    }
}

impl<T> Drop for OneshotSender<T> {
    fn drop(&mut self) {
        let mut deferred = Deferred::default();
        let mut state = lock(&self.shared);
        state.has_sender = false;
        deferred.wake_taken(state.receiver.take());
        drop(state);
        deferred.run();
    }
}

impl<T> Debug for OneshotSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneshotSender").field("is_closed", &self.is_closed()).finish()
    }
}

/// The receiving half of a [`oneshot`]: a future of the value.
///
/// It gives [`Closed`] if the sender is dropped without having sent (law H1).
///
/// # Panics
///
/// Panics if it is polled after it gave the value.
///
/// # Cancel safety
///
/// **Safe** as `&mut receiver`: the value stays until it is received. Dropped, it closes the channel,
/// and a value that was sent is dropped with it.
#[must_use = "a receiver does nothing unless it is awaited"]
pub struct OneshotReceiver<T> {
    shared: Arc<Mutex<State<T>>>,
    place: Place,
    has_given: bool,
}

impl<T> OneshotReceiver<T> {
    /// Takes the value if it is there.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if it was not sent yet; [`TryRecvError::Closed`] if it never will be,
    /// or was taken already.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let mut state = lock(&self.shared);
        match state.value.take() {
            Some(value) => {
                self.has_given = true;
                Ok(value)
            }
            None if state.has_sender => Err(TryRecvError::Empty),
            None => Err(TryRecvError::Closed),
        }
    }

    /// Tells the sender that nobody wants the value; never waits (law P6).
    ///
    /// One that was sent can still be received.
    pub fn close(&mut self) {
        let mut deferred = Deferred::default();
        let mut state = lock(&self.shared);
        state.has_receiver = false;
        deferred.wake_taken(state.sender.take());
        drop(state);
        deferred.run();
    }
}

struct Recv<T>(PhantomData<fn() -> T>);

impl<T> Operation for Recv<T> {
    type State = State<T>;
    type Output = Result<T, Closed>;

    const WAIT: Wait = Wait::Recv;

    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Result<Self::Output, usize> {
        match self.go_on(state, 0, waker, deferred) {
            Poll::Ready(result) => Ok(result),
            Poll::Pending => Err(0),
        }
    }

    fn is_committed(&self, state: &State<T>, _: usize) -> bool {
        state.value.is_some()
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        _: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<Self::Output> {
        if let Some(value) = state.value.take() {
            Poll::Ready(Ok(value))
        } else if state.has_sender && state.has_receiver {
            deferred.keep(&mut state.receiver, waker);
            Poll::Pending
        } else {
            Poll::Ready(Err(Closed))
        }
    }

    fn leave(&mut self, state: &mut State<T>, _: usize, deferred: &mut Deferred) {
        deferred.drop_waker(state.receiver.take());
    }
}

impl<T> Future for OneshotReceiver<T> {
    type Output = Result<T, Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        assert!(!this.has_given, "a oneshot receiver was polled after it had given its value");
        let poll = this.place.poll(&mut Recv(PhantomData), &this.shared, cx);
        this.has_given = matches!(poll, Poll::Ready(Ok(_)));
        poll
    }
}

impl<T> Drop for OneshotReceiver<T> {
    fn drop(&mut self) {
        self.place.leave(&mut Recv(PhantomData), &self.shared);
        self.close();
        let unwanted = lock(&self.shared).value.take();
        drop(unwanted);
    }
}

impl<T> Debug for OneshotReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.shared);
        f.debug_struct("OneshotReceiver")
            .field("is_sent", &state.value.is_some())
            .field("has_sender", &state.has_sender)
            .finish()
    }
}

/// The future of [`OneshotSender::closed`].
///
/// It ends when the value would be given back (law H2).
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
#[must_use = "this does nothing unless it is awaited"]
pub struct OneshotEnding<'a, T> {
    end: End<'a, T>,
    place: Place,
}

struct End<'a, T>(&'a Mutex<State<T>>);

impl<T> Operation for End<'_, T> {
    type State = State<T>;
    type Output = ();

    const WAIT: Wait = Wait::Send;

    fn begin(
        &mut self,
        state: &mut State<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Result<(), usize> {
        if self.go_on(state, 0, waker, deferred).is_ready() { Ok(()) } else { Err(0) }
    }

    fn is_committed(&self, state: &State<T>, _: usize) -> bool {
        !state.has_receiver
    }

    fn go_on(
        &mut self,
        state: &mut State<T>,
        _: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<()> {
        if !state.has_receiver {
            return Poll::Ready(());
        }
        deferred.keep(&mut state.sender, waker);
        Poll::Pending
    }

    fn leave(&mut self, state: &mut State<T>, _: usize, deferred: &mut Deferred) {
        deferred.drop_waker(state.sender.take());
    }
}

impl<T> Future for OneshotEnding<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let shared = this.end.0;
        this.place.poll(&mut this.end, shared, cx)
    }
}

impl<T> Drop for OneshotEnding<'_, T> {
    fn drop(&mut self) {
        let shared = self.end.0;
        self.place.leave(&mut self.end, shared);
    }
}

impl<T> Debug for OneshotEnding<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneshotEnding").field("is_waiting", &self.place.is_taken()).finish()
    }
}
