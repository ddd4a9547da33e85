//! Channels: each item is received once, or given back, and nobody waits for nothing.

use std::sync::Arc;

use loom::thread;

use super::threads::Threads;
use super::{block_on, in_thread, model, poll_once};
use crate::channel::{bounded, unbounded};
use crate::error::{Closed, SendError};
use crate::scope::CancelScope;

#[test]
fn each_item_of_a_full_channel_is_received_once() {
    model(|| {
        let (sender, receiver) = bounded(1);
        let senders = [1, 2].map(|item| {
            let sender = sender.clone();
            thread::spawn(move || block_on(sender.send(item)).unwrap())
        });
        drop(sender);
        let received = block_on(receiver.recv()).unwrap() + block_on(receiver.recv()).unwrap();
        assert_eq!(received, 3);
        assert_eq!(block_on(receiver.recv()), Err(Closed));
        senders.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn a_recv_that_is_dropped_leaves_its_item_to_the_next() {
    model(|| {
        let (sender, receiver) = unbounded();
        let other = receiver.clone();
        let dropped = thread::spawn(move || poll_once(other.recv()).and_then(Result::ok));
        let waiting = thread::spawn(move || block_on(receiver.recv()).ok());
        sender.try_send(()).unwrap();
        drop(sender);
        let received = [dropped.join().unwrap(), waiting.join().unwrap()];
        assert_eq!(received.iter().flatten().count(), 1);
    });
}

#[test]
fn a_recv_that_is_cancelled_leaves_its_item_to_the_next() {
    model(|| {
        let (sender, receiver) = bounded(1);
        let (other, watched) = (receiver.clone(), receiver.clone());
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let cancelled = in_thread(move || scope.run(async move { other.recv().await.ok() }));
        let waiting = thread::spawn(move || block_on(receiver.recv()).ok());
        handle.cancel();
        sender.try_send(()).unwrap();
        drop(sender);
        let received = [cancelled.join().unwrap().ok().flatten(), waiting.join().unwrap()];
        assert_eq!(received.iter().flatten().count(), 1);
        assert_eq!(watched.statistics().waiting_receivers, 0);
    });
}

#[test]
fn a_send_that_is_dropped_delivers_nothing() {
    model(|| {
        let (sender, receiver) = bounded(1);
        sender.try_send(0).unwrap();
        let other = sender.clone();
        let dropped = thread::spawn(move || poll_once(other.send(1)).is_some());
        let waiting = thread::spawn(move || block_on(sender.send(2)).unwrap());
        let mut received = Vec::new();
        while let Ok(item) = block_on(receiver.recv()) {
            received.push(item);
        }
        waiting.join().unwrap();
        received.sort_unstable();
        assert_eq!(received.contains(&1), dropped.join().unwrap());
        assert!(received.contains(&0) && received.contains(&2));
    });
}

#[test]
fn a_rendezvous_that_is_cancelled_happens_on_both_sides_or_on_none() {
    model(|| {
        let (sender, receiver) = bounded(0);
        let scope = CancelScope::on(Threads);
        let handle = scope.handle();
        let sent = in_thread(move || scope.run(async move { sender.send(7).await.is_ok() }));
        let cancel = thread::spawn(move || handle.cancel());
        let received = block_on(receiver.recv());
        cancel.join().unwrap();
        assert_eq!(sent.join().unwrap() == Ok(true), received == Ok(7));
    });
}

#[test]
fn a_rendezvous_serves_two_receivers() {
    model(|| {
        let (sender, receiver) = bounded(0);
        let receivers = [receiver.clone(), receiver]
            .map(|receiver| thread::spawn(move || block_on(receiver.recv()).unwrap()));
        block_on(sender.send(1)).unwrap();
        block_on(sender.send(2)).unwrap();
        let received = receivers.map(|thread| thread.join().unwrap());
        assert_eq!(received.iter().sum::<i32>(), 3);
    });
}

#[test]
fn closing_the_last_sender_ends_who_waits() {
    model(|| {
        let (sender, receiver) = bounded::<()>(1);
        let other = sender.clone();
        let waiting = thread::spawn(move || block_on(receiver.recv()));
        let closing = thread::spawn(move || drop(other));
        sender.close();
        closing.join().unwrap();
        assert_eq!(waiting.join().unwrap(), Err(Closed));
    });
}

#[test]
fn closing_a_clone_ends_who_waits_on_it() {
    model(|| {
        let (_sender, receiver) = bounded::<()>(1);
        let receiver = Arc::new(receiver);
        let waiting = receiver.clone();
        let waiting = thread::spawn(move || block_on(waiting.recv()));
        receiver.close();
        assert_eq!(waiting.join().unwrap(), Err(Closed));
    });
}

#[test]
fn closing_the_receiver_gives_what_waits_back() {
    model(|| {
        let (sender, receiver) = bounded(1);
        sender.try_send(1).unwrap();
        let sending = thread::spawn(move || block_on(sender.send(2)));
        receiver.close();
        assert_eq!(sending.join().unwrap(), Err(SendError(2)));
    });
}
