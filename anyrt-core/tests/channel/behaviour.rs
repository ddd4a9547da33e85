//! What else the ends of a channel can do.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use anyrt_core::channel::{bounded, unbounded};
use anyrt_core::error::{Closed, SendError, TryRecvError};
use futures_util::{SinkExt, Stream};

use crate::poll::{Bell, poll};

fn poll_next<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_stream_ends_when_the_channel_is_closed() {
    let (sender, mut receiver) = bounded(2);
    assert_eq!(poll_next(&mut receiver), Poll::Pending);
    sender.try_send(1).unwrap();
    sender.try_send(2).unwrap();
    drop(sender);
    for end in [Some(1), Some(2), None, None] {
        assert_eq!(poll_next(&mut receiver), Poll::Ready(end));
    }
}

#[test]
fn a_stream_that_goes_lets_the_next_have_its_item() {
    let (sender, mut stream) = bounded(2);
    let other = stream.clone();
    assert_eq!(poll_next(&mut stream), Poll::Pending);
    let (mut waiting, bell) = (other.recv(), Bell::new());
    assert!(bell.poll(Pin::new(&mut waiting)).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!(bell.rung(), 0, "the stream came first");
    drop(stream);
    assert_eq!(bell.rung(), 1);
    assert_eq!(poll(&mut waiting), Poll::Ready(Ok(1)));
}

#[test]
fn a_stream_that_is_asked_in_another_way_gets_its_own_item() {
    let (sender, mut stream) = bounded(2);
    assert_eq!(poll_next(&mut stream), Poll::Pending);
    sender.try_send(1).unwrap();
    assert_eq!(stream.try_recv(), Ok(1), "it was promised to the stream");
    assert_eq!(poll_next(&mut stream), Poll::Pending);
    sender.try_send(2).unwrap();
    assert_eq!(poll(&mut stream.recv()), Poll::Ready(Ok(2)));
    assert_eq!(stream.statistics().waiting_receivers, 0);
    assert_eq!(poll_next(&mut stream), Poll::Pending);
    assert_eq!(stream.statistics().waiting_receivers, 1);
    stream.close();
    assert_eq!(poll_next(&mut stream), Poll::Ready(None), "this clone is closed");
    assert_eq!(stream.statistics().waiting_receivers, 0);
}

#[test]
fn weak_ends_open_clones_until_the_last_is_gone() {
    let (sender, receiver) = unbounded();
    let (weak_sender, weak_receiver) = (sender.downgrade(), receiver.downgrade());
    let second = weak_sender.upgrade().expect("a sender is there");
    assert!(second.same_channel(&sender));
    drop(sender);
    second.try_send(1).unwrap();
    drop(second);
    assert!(weak_sender.upgrade().is_none());
    let other = weak_receiver.upgrade().expect("a receiver is there");
    assert!(other.same_channel(&receiver));
    drop(receiver);
    assert_eq!(other.try_recv(), Ok(1));
    assert_eq!(other.try_recv(), Err(TryRecvError::Closed));
    drop(other);
    assert!(weak_receiver.upgrade().is_none());
}

#[test]
fn senders_are_told_when_the_last_receiver_goes() {
    let (sender, receiver) = bounded::<u32>(1);
    let second = receiver.clone();
    let (mut closed, bell) = (sender.closed(), Bell::new());
    assert!(bell.poll(Pin::new(&mut closed)).is_pending());
    drop(receiver);
    assert!(bell.poll(Pin::new(&mut closed)).is_pending(), "one is left");
    assert!(!sender.is_closed());
    drop(second);
    assert_eq!(bell.rung(), 1);
    assert!(sender.is_closed());
    assert_eq!(poll(&mut closed), Poll::Ready(()));
}

#[test]
fn closing_a_clone_ends_its_own_waits_only() {
    let (sender, receiver) = bounded::<u32>(1);
    let other = sender.clone();
    let (mut mine, mut others) = (sender.closed(), other.closed());
    let (my_bell, others_bell) = (Bell::new(), Bell::new());
    assert!(my_bell.poll(Pin::new(&mut mine)).is_pending());
    assert!(others_bell.poll(Pin::new(&mut others)).is_pending());
    sender.close();
    assert_eq!((my_bell.rung(), others_bell.rung()), (1, 0));
    assert_eq!(poll(&mut mine), Poll::Ready(()));
    assert!(poll(&mut others).is_pending());
    assert!(!receiver.is_closed());
}

#[test]
fn a_sink_closes_its_sender_and_hands_back_what_nobody_receives() {
    let (sender, receiver) = bounded(1);
    let mut sink = sender.into_sink();
    assert_eq!(poll(&mut sink.send(1)), Poll::Ready(Ok(())));
    assert!(poll(&mut sink.feed(2)).is_ready(), "it holds one item");
    assert!(poll(&mut sink.close()).is_pending(), "the channel is full");
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(poll(&mut sink.close()), Poll::Ready(Ok(())));
    assert_eq!(poll(&mut receiver.recv()), Poll::Ready(Ok(2)));
    assert_eq!(poll(&mut receiver.recv()), Poll::Ready(Err(Closed)));

    let (sender, receiver) = bounded(0);
    let mut sink = sender.into_sink();
    assert!(poll(&mut sink.send(1)).is_pending(), "a rendezvous");
    let (sender, unsent) = sink.into_inner();
    assert_eq!((unsent, receiver.try_recv()), (Some(1), Err(TryRecvError::Empty)));
    let mut sink = sender.into_sink();
    assert!(poll(&mut sink.send(1)).is_pending(), "a rendezvous");
    drop(receiver);
    assert_eq!(poll(&mut sink.flush()), Poll::Ready(Err(SendError(1))));
    assert_eq!(sink.into_inner().1, None, "the error had it");
}

#[test]
fn statistics_agree_at_every_step() {
    let (sender, receiver) = bounded(1);
    let both = || {
        let statistics = sender.statistics();
        assert_eq!(statistics, receiver.statistics());
        (statistics.used, statistics.waiting_senders, statistics.waiting_receivers)
    };
    assert_eq!(both(), (0, 0, 0));
    let mut receiving = receiver.recv();
    assert!(poll(&mut receiving).is_pending());
    assert_eq!(both(), (0, 0, 1));
    sender.try_send(1).unwrap();
    let mut sending = sender.send(2);
    assert!(poll(&mut sending).is_pending());
    assert_eq!(both(), (1, 1, 1), "promised, and not taken yet");
    assert!(poll(&mut receiving).is_ready());
    assert_eq!(both(), (0, 1, 0), "the place is set aside");
    assert!(poll(&mut sending).is_ready());
    assert_eq!(both(), (1, 0, 0));
}
