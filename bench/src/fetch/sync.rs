//! The semaphores and channels of the programs by hand.

use std::future::Future;
use std::io;
use std::sync::Arc;

use bytes::Bytes;

/// What a page came to.
pub(super) type Fetched = io::Result<Bytes>;

/// Permits and a channel.
pub(super) trait Sync: 'static {
    type Permits: Clone + Send + 'static;
    type Permit: Send;
    type Sender: Clone + Send + std::marker::Sync + 'static;
    type Receiver: Send;

    fn permits(count: usize) -> Self::Permits;

    fn acquire(permits: Self::Permits) -> impl Future<Output = Self::Permit> + Send;

    fn channel() -> (Self::Sender, Self::Receiver);

    fn send(sender: &Self::Sender, fetched: Fetched);

    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output = Option<Fetched>> + Send;
}

/// Those of tokio.
pub(super) struct OfTokio;

impl Sync for OfTokio {
    type Permits = Arc<tokio::sync::Semaphore>;
    type Permit = tokio::sync::OwnedSemaphorePermit;
    type Sender = tokio::sync::mpsc::UnboundedSender<Fetched>;
    type Receiver = tokio::sync::mpsc::UnboundedReceiver<Fetched>;

    fn permits(count: usize) -> Self::Permits {
        Arc::new(tokio::sync::Semaphore::new(count))
    }

    async fn acquire(permits: Self::Permits) -> Self::Permit {
        permits.acquire_owned().await.expect("nobody closes it")
    }

    fn channel() -> (Self::Sender, Self::Receiver) {
        tokio::sync::mpsc::unbounded_channel()
    }

    fn send(sender: &Self::Sender, fetched: Fetched) {
        let _ = sender.send(fetched);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Fetched> {
        receiver.recv().await
    }
}

/// Those that programs on smol and async-std use.
pub(super) struct OfSmol;

impl Sync for OfSmol {
    type Permits = Arc<async_lock::Semaphore>;
    type Permit = async_lock::SemaphoreGuardArc;
    type Sender = async_channel::Sender<Fetched>;
    type Receiver = async_channel::Receiver<Fetched>;

    fn permits(count: usize) -> Self::Permits {
        Arc::new(async_lock::Semaphore::new(count))
    }

    async fn acquire(permits: Self::Permits) -> Self::Permit {
        permits.acquire_arc().await
    }

    fn channel() -> (Self::Sender, Self::Receiver) {
        async_channel::unbounded()
    }

    fn send(sender: &Self::Sender, fetched: Fetched) {
        let _ = sender.try_send(fetched);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Fetched> {
        receiver.recv().await.ok()
    }
}
