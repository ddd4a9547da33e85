//! Channels besides the usual one, and the queue.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;

use anyrt_core::channel::{
    BroadcastReceiver, BroadcastSender, OneshotReceiver, OneshotSender, Queue, WatchReceiver,
    WatchSender, broadcast, oneshot, watch,
};
use anyrt_core::error::{BroadcastError, Missed};
use futures_core::Stream;

/// A channel for one number.
#[doc(hidden)]
pub trait AnyOneshot: 'static {
    /// Its sending half.
    type Sender: Send + 'static;
    /// Its receiving half; gives nothing if the sender is gone.
    type Received: Future<Output = Option<u32>> + Unpin + Send + 'static;
    /// Makes both halves.
    fn new() -> (Self::Sender, Self::Received);
    /// Sends; gives back what cannot be received.
    fn send(sender: Self::Sender, number: u32) -> Option<u32>;
}

/// What a receiver of a broadcast channel is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Shown {
    /// An item.
    Item(u32),
    /// That it has missed so many.
    Missed(u64),
    /// That there will be no more.
    End,
}

/// A channel whose every receiver sees every number.
#[doc(hidden)]
pub trait AnyBroadcast: Clone + Send + Sync + 'static {
    /// Its receiving half.
    type Receiver: Send + 'static;
    /// Makes both halves.
    fn new(capacity: usize) -> (Self, Self::Receiver);
    /// Shows a number to all receivers; tells whether there was one.
    fn send(&self, number: u32) -> bool;
    /// Makes one more receiver.
    fn subscribe(&self) -> Self::Receiver;
    /// Waits for what comes next.
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output = Shown> + Send;
    /// Waits for what comes next, as a stream.
    fn next(receiver: &mut Self::Receiver) -> impl Future<Output = Shown> + Send {
        Self::recv(receiver)
    }
}

/// A channel that keeps the latest number.
#[doc(hidden)]
pub trait AnyWatch: Send + Sync + 'static {
    /// Its receiving half.
    type Receiver: Send + 'static;
    /// Makes both halves.
    fn new(number: u32) -> (Self, Self::Receiver)
    where
        Self: Sized;
    /// Sets the number.
    fn send(&self, number: u32);
    /// Waits for a change that was not seen; false if there will be none.
    fn changed(receiver: &mut Self::Receiver) -> impl Future<Output = bool> + Send;
    /// Waits for a change that was not seen, as a stream, and gives the number.
    fn next(receiver: &mut Self::Receiver) -> impl Future<Output = Option<u32>> + Send {
        async { Self::changed(receiver).await.then(|| Self::get(receiver)) }
    }
    /// Gives the number.
    fn get(receiver: &Self::Receiver) -> u32;
}

/// A queue that can be waited for.
#[doc(hidden)]
pub trait AnyQueue: Clone + Send + Sync + 'static {
    /// Makes one; 0 is any number of items.
    fn new(max_size: usize) -> Self;
    /// Puts a number in; false if the queue was shut down.
    fn put(&self, number: u32) -> impl Future<Output = bool> + Send;
    /// Takes a number; nothing if the queue was shut down and is empty.
    fn get(&self) -> impl Future<Output = Option<u32>> + Send;
    /// Says that a number was dealt with; false if that was said of all.
    fn task_done(&self) -> bool;
    /// Waits until all numbers were dealt with.
    fn join(&self) -> impl Future<Output = ()> + Send;
    /// Lets nothing more in.
    fn shutdown(&self, immediate: bool);
}

/// The channel of `anyrt-core` for one value.
#[derive(Debug)]
#[doc(hidden)]
pub struct CoreOneshot;

/// Its receiver.
#[derive(Debug)]
#[doc(hidden)]
pub struct CoreOneshotReceiver(OneshotReceiver<u32>);

impl Future for CoreOneshotReceiver {
    type Output = Option<u32>;

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<u32>> {
        Pin::new(&mut self.0).poll(cx).map(Result::ok)
    }
}

impl AnyOneshot for CoreOneshot {
    type Sender = OneshotSender<u32>;
    type Received = CoreOneshotReceiver;

    fn new() -> (Self::Sender, Self::Received) {
        let (sender, receiver) = oneshot();
        (sender, CoreOneshotReceiver(receiver))
    }

    fn send(sender: Self::Sender, number: u32) -> Option<u32> {
        sender.send(number).err().map(|refused| refused.0)
    }
}

async fn next_of<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

impl AnyBroadcast for BroadcastSender<u32> {
    type Receiver = BroadcastReceiver<u32>;

    fn new(capacity: usize) -> (Self, Self::Receiver) {
        broadcast(capacity)
    }

    fn send(&self, number: u32) -> bool {
        self.send(number).is_ok()
    }

    fn subscribe(&self) -> Self::Receiver {
        self.subscribe()
    }

    async fn recv(receiver: &mut Self::Receiver) -> Shown {
        match receiver.recv().await {
            Ok(number) => Shown::Item(number),
            Err(BroadcastError::Missed(count)) => Shown::Missed(count),
            Err(BroadcastError::Closed) => Shown::End,
        }
    }

    async fn next(receiver: &mut Self::Receiver) -> Shown {
        match next_of(receiver).await {
            Some(Ok(number)) => Shown::Item(number),
            Some(Err(Missed(count))) => Shown::Missed(count),
            None => Shown::End,
        }
    }
}

impl AnyWatch for WatchSender<u32> {
    type Receiver = WatchReceiver<u32>;

    fn new(number: u32) -> (Self, Self::Receiver) {
        watch(number)
    }

    fn send(&self, number: u32) {
        self.send_replace(number);
    }

    async fn changed(receiver: &mut Self::Receiver) -> bool {
        receiver.changed().await.is_ok()
    }

    async fn next(receiver: &mut Self::Receiver) -> Option<u32> {
        next_of(receiver).await.map(|number| *number)
    }

    fn get(receiver: &Self::Receiver) -> u32 {
        *receiver.get()
    }
}

impl AnyQueue for Arc<Queue<u32>> {
    fn new(max_size: usize) -> Self {
        Self::new(Queue::new(max_size))
    }

    async fn put(&self, number: u32) -> bool {
        Queue::put(self, number).await.is_ok()
    }

    async fn get(&self) -> Option<u32> {
        Queue::get(self).await.ok()
    }

    fn task_done(&self) -> bool {
        Queue::task_done(self).is_ok()
    }

    async fn join(&self) {
        Queue::join(self).await;
    }

    fn shutdown(&self, immediate: bool) {
        Queue::shutdown(self, immediate);
    }
}
