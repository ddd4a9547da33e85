//! Receivers of broadcast and watch channels as streams: their place among those that wait.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use anyrt_core::channel::{broadcast, watch};
use anyrt_core::error::{Missed, TryBroadcastError};
use futures_core::Stream;

use crate::poll::{Bell, poll};

/// One `next` of a stream.
fn next<S: Stream + Unpin>(stream: &mut S) -> impl Future<Output = Option<S::Item>> + Unpin {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx))
}

#[test]
fn a_broadcast_stream_gives_items_and_what_was_missed_and_ends() {
    let (sender, mut receiver) = broadcast(2);
    for item in 1..=3 {
        sender.send(item).unwrap();
    }
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(Some(Err(Missed(1)))));
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(Some(Ok(2))));
    drop(sender);
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(Some(Ok(3))));
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(None));
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(None));
    assert_eq!(Missed(3).to_string(), "3 items were missed: this receiver was too slow");
}

#[test]
fn a_broadcast_stream_keeps_one_place_until_it_is_asked_in_another_way() {
    let (sender, mut receiver) = broadcast::<u32>(2);
    let waiting = || sender.statistics().waiting_receivers;
    let bell = Bell::new();
    for _ in 0..3 {
        assert!(bell.poll(Pin::new(&mut next(&mut receiver))).is_pending());
        assert_eq!(waiting(), 1);
    }
    assert_eq!(receiver.try_recv(), Err(TryBroadcastError::Empty));
    assert_eq!(waiting(), 0, "try_recv");
    assert!(poll(&mut next(&mut receiver)).is_pending());
    assert!(poll(&mut receiver.recv()).is_pending());
    assert_eq!(waiting(), 0, "a recv takes the place over, and is dropped");
    assert!(bell.poll(Pin::new(&mut next(&mut receiver))).is_pending());
    sender.send(1).unwrap();
    assert_eq!(bell.rung(), 1, "the next that was dropped is told all the same");
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(Some(Ok(1))));
    assert_eq!(waiting(), 0, "it has what it waited for");
    assert!(poll(&mut next(&mut receiver)).is_pending());
    let other = receiver.subscribe();
    drop(receiver);
    assert_eq!((waiting(), sender.statistics().receivers), (0, 1), "dropped");
    drop(other);
}

#[test]
fn a_watch_stream_keeps_one_place_until_it_is_asked_in_another_way() {
    let (sender, mut receiver) = watch(0);
    let waiting = || sender.statistics().waiting_receivers;
    let bell = Bell::new();
    for _ in 0..3 {
        assert!(bell.poll(Pin::new(&mut next(&mut receiver))).is_pending());
        assert_eq!(waiting(), 1);
    }
    let mut clone = receiver.clone();
    assert!(poll(&mut receiver.changed()).is_pending());
    assert_eq!(waiting(), 0, "a wait takes the place over, and is dropped");
    assert!(bell.poll(Pin::new(&mut next(&mut receiver))).is_pending());
    sender.send(1).unwrap();
    assert_eq!(bell.rung(), 1, "the next that was dropped is told all the same");
    assert_eq!(poll(&mut next(&mut receiver)), Poll::Ready(Some(1.into())));
    assert_eq!(poll(&mut next(&mut clone)), Poll::Ready(Some(1.into())), "a clone sees for itself");
    assert!(poll(&mut next(&mut receiver)).is_pending());
    assert_eq!(waiting(), 1);
    drop(receiver);
    assert_eq!(waiting(), 0, "dropped");
    drop(sender);
    assert_eq!(poll(&mut next(&mut clone)), Poll::Ready(None));
}
