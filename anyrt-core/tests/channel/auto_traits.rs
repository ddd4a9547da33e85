//! Which types may cross threads, by what they carry.

use std::cell::Cell;

use anyrt_core::channel::{
    BroadcastReceiver, BroadcastSender, Changing, Ending, Joining, OneshotReceiver, OneshotSender,
    OwnedSendPermit, Queue, Receiver, Receiving, Reserving, SendPermit, SendSink, Sender, Sending,
    WatchReceiver, WatchSender, WeakReceiver, WeakSender,
};

fn is_send<T: Send>() {}
fn is_sync<T: Sync>() {}
fn is_unpin<T: Unpin>() {}

macro_rules! all {
    ($($type:ty),* $(,)?) => {
        $(is_send::<$type>(); is_sync::<$type>(); is_unpin::<$type>();)*
    };
}

/// An item that may be sent, but not shared.
type Item = Cell<u32>;

#[test]
fn ends_of_channels_cross_threads_with_items_that_do() {
    all![
        Sender<Item>,
        Receiver<Item>,
        WeakSender<Item>,
        WeakReceiver<Item>,
        OneshotSender<Item>,
        OneshotReceiver<Item>,
        OwnedSendPermit<Item>,
        SendPermit<'_, Item>,
        Queue<Item>,
        Receiving<'_, Item>,
        Reserving<'_, Item>,
        Ending<'_, Item>,
        Joining<'_, Item>,
    ];
    is_send::<Sending<'_, Item>>();
    is_unpin::<Sending<'_, Item>>();
    is_send::<SendSink<Item>>();
    is_unpin::<SendSink<Item>>();
    // What all receivers see is shared.
    all![
        BroadcastSender<u32>,
        BroadcastReceiver<u32>,
        WatchSender<u32>,
        WatchReceiver<u32>,
        Changing<'_, u32>,
    ];
}
