//! The channels that are compared.

use super::channel::{Channel, Item};
use super::tasks::{Children, Plain};

const RECEIVES: &str = "the receivers stay until the senders have gone";

pub(super) struct Anyrt;

impl Channel for Anyrt {
    const NAME: &'static str = "anyrt";
    type Tasks = Children;
    type Sender = anyrt_core::channel::Sender<Item>;
    type Receiver = anyrt_core::channel::Receiver<Item>;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver) {
        anyrt_core::channel::bounded(capacity)
    }

    fn another(receiver: &Self::Receiver) -> Option<Self::Receiver> {
        Some(receiver.clone())
    }

    async fn send(sender: &Self::Sender, item: Item) {
        sender.send(item).await.expect(RECEIVES);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Item> {
        receiver.recv().await.ok()
    }
}

pub(super) struct Tokio;

impl Channel for Tokio {
    const NAME: &'static str = "tokio::sync";
    type Tasks = Plain;
    type Sender = tokio::sync::mpsc::Sender<Item>;
    type Receiver = tokio::sync::mpsc::Receiver<Item>;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver) {
        tokio::sync::mpsc::channel(capacity)
    }

    fn another(_: &Self::Receiver) -> Option<Self::Receiver> {
        None
    }

    async fn send(sender: &Self::Sender, item: Item) {
        sender.send(item).await.expect(RECEIVES);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Item> {
        receiver.recv().await
    }
}

pub(super) struct AsyncChannel;

impl Channel for AsyncChannel {
    const NAME: &'static str = "async-channel";
    type Tasks = Plain;
    type Sender = async_channel::Sender<Item>;
    type Receiver = async_channel::Receiver<Item>;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver) {
        async_channel::bounded(capacity)
    }

    fn another(receiver: &Self::Receiver) -> Option<Self::Receiver> {
        Some(receiver.clone())
    }

    async fn send(sender: &Self::Sender, item: Item) {
        sender.send(item).await.expect(RECEIVES);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Item> {
        receiver.recv().await.ok()
    }
}

pub(super) struct Flume;

impl Channel for Flume {
    const NAME: &'static str = "flume";
    type Tasks = Plain;
    type Sender = flume::Sender<Item>;
    type Receiver = flume::Receiver<Item>;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver) {
        flume::bounded(capacity)
    }

    fn another(receiver: &Self::Receiver) -> Option<Self::Receiver> {
        Some(receiver.clone())
    }

    async fn send(sender: &Self::Sender, item: Item) {
        sender.send_async(item).await.expect(RECEIVES);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Item> {
        receiver.recv_async().await.ok()
    }
}

/// Loses items when a `recv` is dropped, which nobody does here.
pub(super) struct Kanal;

impl Channel for Kanal {
    const NAME: &'static str = "kanal";
    type Tasks = Plain;
    type Sender = kanal::AsyncSender<Item>;
    type Receiver = kanal::AsyncReceiver<Item>;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver) {
        kanal::bounded_async(capacity)
    }

    fn another(receiver: &Self::Receiver) -> Option<Self::Receiver> {
        Some(receiver.clone())
    }

    async fn send(sender: &Self::Sender, item: Item) {
        sender.send(item).await.expect(RECEIVES);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Item> {
        receiver.recv().await.ok()
    }
}

pub(super) struct Mea;

impl Channel for Mea {
    const NAME: &'static str = "mea";
    type Tasks = Plain;
    type Sender = mea::mpsc::BoundedSender<Item>;
    type Receiver = mea::mpsc::BoundedReceiver<Item>;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver) {
        mea::mpsc::bounded(capacity)
    }

    fn another(_: &Self::Receiver) -> Option<Self::Receiver> {
        None
    }

    async fn send(sender: &Self::Sender, item: Item) {
        sender.send(item).await.expect(RECEIVES);
    }

    async fn recv(receiver: &mut Self::Receiver) -> Option<Item> {
        receiver.recv().await.ok()
    }
}
