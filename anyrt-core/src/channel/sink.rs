//! A sender as a sink of the futures crates.
//!
//! # Invariants
//!
//! - It holds one item at most: the one that `start_send` took and `poll_flush` has not delivered.

use std::fmt::{self, Debug};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_sink::Sink;

use super::operation::Place;
use super::send::Send;
use super::sender::Sender;
use crate::error::SendError;

/// A sender as a [`Sink`].
///
/// It is made by [`Sender::into_sink`]. It takes one item, and the next when the first is in the
/// channel; so it needs no free place before there is an item, and serves a rendezvous (law H4), too.
///
/// # Cancel safety
///
/// **Safe** under `SinkExt::send` and `feed`: what they have handed over stays in the sink when they
/// are dropped, and goes on at the next call. [`into_inner`](Self::into_inner) gives it back.
///
/// # Examples
///
/// ```
/// use futures_util::{SinkExt, StreamExt, stream};
///
/// # futures_executor::block_on(async {
/// let (sender, receiver) = anyrt_core::channel::bounded(3);
/// let mut sink = sender.into_sink();
/// sink.send_all(&mut stream::iter([1, 2, 3]).map(Ok)).await.unwrap();
/// drop(sink);
/// assert_eq!(receiver.collect::<Vec<_>>().await, [1, 2, 3]);
/// # });
/// ```
pub struct SendSink<T> {
    send: Send<Sender<T>, T>,
    place: Place,
}

// The item is moved, never pinned.
impl<T> Unpin for SendSink<T> {}

impl<T> SendSink<T> {
    pub(super) fn new(sender: Sender<T>) -> Self {
        Self { send: Send::new(sender), place: Place::default() }
    }

    /// Gives the sender, and the item that it has not delivered.
    pub fn into_inner(mut self) -> (Sender<T>, Option<T>) {
        self.leave();
        (self.send.sender().clone(), self.send.take_item())
    }

    fn leave(&mut self) {
        let shared = self.send.sender().shared.clone();
        self.place.leave(&mut self.send, &shared);
    }

    fn poll_delivered(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        if !self.place.is_taken() && !self.send.has_item() {
            return Poll::Ready(Ok(()));
        }
        let shared = self.send.sender().shared.clone();
        self.place.poll(&mut self.send, &shared, cx)
    }
}

impl<T> Sink<T> for SendSink<T> {
    type Error = SendError<T>;

    fn poll_ready(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        self.poll_delivered(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, item: T) -> Result<(), SendError<T>> {
        let is_free = !self.place.is_taken() && !self.send.has_item();
        assert!(is_free, "start_send was called without a poll_ready that gave Ready before it");
        self.send.put_item(item);
        Ok(())
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        self.poll_delivered(cx)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        let delivered = ready!(self.poll_delivered(cx));
        self.send.sender().close();
        Poll::Ready(delivered)
    }
}

impl<T> Drop for SendSink<T> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl<T> Debug for SendSink<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendSink")
            .field("holds_item", &(self.place.is_taken() || self.send.has_item()))
            .field("sender", self.send.sender())
            .finish()
    }
}
