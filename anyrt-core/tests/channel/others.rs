//! Oneshot, broadcast, watch and queue.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::channel::{self, Queue};
use anyrt_core::error::{BroadcastError, Closed, SendError, TryBroadcastError, TryRecvError};

use crate::poll::{Bell, poll};

#[test]
fn a_oneshot_without_a_value_is_closed() {
    let (sender, mut receiver) = channel::oneshot::<u32>();
    let bell = Bell::new();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert!(bell.poll(Pin::new(&mut receiver)).is_pending());
    drop(sender);
    assert_eq!(bell.rung(), 1);
    assert_eq!(poll(&mut receiver), Poll::Ready(Err(Closed)));
}

#[test]
fn a_oneshot_receiver_that_closes_still_gets_what_was_sent() {
    let (sender, mut receiver) = channel::oneshot();
    sender.send(1).unwrap();
    receiver.close();
    assert_eq!(poll(&mut receiver), Poll::Ready(Ok(1)));

    let (mut sender, mut receiver) = channel::oneshot();
    let bell = Bell::new();
    assert!(bell.poll(Pin::new(&mut sender.closed())).is_pending());
    let mut closed = sender.closed();
    assert!(bell.poll(Pin::new(&mut closed)).is_pending());
    receiver.close();
    assert_eq!(bell.rung(), 1);
    assert_eq!(poll(&mut closed), Poll::Ready(()));
    drop(closed);
    assert!(sender.is_closed());
    assert_eq!(sender.send(2), Err(SendError(2)));
}

#[test]
fn every_receiver_of_a_broadcast_sees_every_item_from_its_start() {
    let (sender, mut first) = channel::broadcast(4);
    assert_eq!(sender.send(1), Ok(1));
    let mut second = first.subscribe();
    assert_eq!(sender.send(2), Ok(2));
    assert_eq!((first.try_recv(), first.try_recv()), (Ok(1), Ok(2)));
    assert_eq!(second.try_recv(), Ok(2));
    assert_eq!(sender.statistics().used, 0, "all have seen all");
    let bell = Bell::new();
    let mut waiting = first.recv();
    assert!(bell.poll(Pin::new(&mut waiting)).is_pending());
    drop(sender.clone());
    assert_eq!(bell.rung(), 0, "a sender is left");
    drop(sender);
    assert_eq!(bell.rung(), 1);
    assert_eq!(poll(&mut waiting), Poll::Ready(Err(BroadcastError::Closed)));
    assert_eq!(second.try_recv(), Err(TryBroadcastError::Closed));
}

#[test]
fn a_slow_receiver_is_told_how_much_it_missed_and_holds_nobody_up() {
    let (sender, mut slow) = channel::broadcast(2);
    let mut fast = slow.subscribe();
    for item in 0..10 {
        assert_eq!(sender.send(item), Ok(2));
        assert_eq!(fast.try_recv(), Ok(item));
    }
    assert_eq!(poll(&mut slow.recv()), Poll::Ready(Err(BroadcastError::Missed(8))));
    assert_eq!((slow.try_recv(), slow.try_recv()), (Ok(8), Ok(9)));
    assert_eq!(slow.try_recv(), Err(TryBroadcastError::Empty));
}

#[test]
fn a_broadcast_keeps_nothing_for_receivers_that_are_gone() {
    let (sender, first) = channel::broadcast(4);
    let (item, mut second) = (Arc::new(()), first.subscribe());
    sender.send(item.clone()).unwrap();
    drop(second.try_recv().unwrap());
    assert_eq!(Arc::strong_count(&item), 2, "the first has not seen it");
    drop(first);
    assert_eq!(Arc::strong_count(&item), 1);
    drop(second);
    assert!(sender.send(item).is_err());
    assert_eq!(sender.statistics().receivers, 0);
}

#[test]
fn a_watch_shows_the_latest_and_counts_changes_once() {
    let (sender, mut receiver) = channel::watch(1);
    let other = receiver.clone();
    assert!(!receiver.has_changed(), "the first value is no change");
    sender.send(2).unwrap();
    sender.send_modify(|value| *value += 1);
    assert_eq!(poll(&mut receiver.changed()), Poll::Ready(Ok(())));
    assert!(poll(&mut receiver.changed()).is_pending());
    assert_eq!((*receiver.get(), *sender.get()), (3, 3));
    assert!(other.has_changed());
    drop((receiver, other));
    assert_eq!(sender.send(4), Err(SendError(4)));
    assert_eq!(*sender.send_replace(5), 3);
    let mut late = sender.subscribe();
    assert_eq!(*late.get_and_see(), 5);
    let (mut changed, bell) = (late.changed(), Bell::new());
    assert!(bell.poll(Pin::new(&mut changed)).is_pending());
    drop(sender);
    assert_eq!(bell.rung(), 1);
    assert_eq!(poll(&mut changed), Poll::Ready(Err(Closed)));
}

#[test]
fn a_change_that_panics_changes_nothing() {
    let (sender, receiver) = channel::watch(1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        sender.send_modify(|value| {
            *value = 2;
            panic!("as planned");
        });
    }));
    assert!(panicked.is_err());
    assert!(!receiver.has_changed());
    sender.send_modify(|value| *value += 10);
    assert_eq!(*receiver.get(), 11);
}

#[test]
#[should_panic(expected = "change the value that send_modify gives you instead")]
fn a_watch_that_is_written_to_in_its_own_change_says_so() {
    let (sender, _receiver) = channel::watch(1);
    sender.send_modify(|_| drop(sender.send_replace(2)));
}

#[test]
fn a_queue_is_done_when_every_item_is() {
    let queue = Queue::new(2);
    assert!(queue.task_done().is_err(), "nothing was put");
    queue.put_nowait(1).unwrap();
    queue.put_nowait(2).unwrap();
    assert!(queue.is_full());
    assert_eq!(queue.put_nowait(3).unwrap_err().into_inner(), 3);
    let (mut join, bell) = (queue.join(), Bell::new());
    assert!(bell.poll(Pin::new(&mut join)).is_pending());
    for item in 1..=2 {
        assert_eq!(bell.rung(), 0);
        assert_eq!(queue.get_nowait(), Ok(item));
        queue.task_done().unwrap();
    }
    assert!(queue.is_empty());
    queue.put_nowait(4).unwrap();
    assert_eq!(poll(&mut join), Poll::Ready(()), "it was empty once");
    assert!(poll(&mut queue.join()).is_pending());
    queue.get_nowait().unwrap();
    queue.task_done().unwrap();
    assert!(queue.task_done().is_err(), "said too often");
}

#[test]
fn a_queue_that_is_shut_down_lets_nothing_in() {
    let queue = Queue::new(1);
    queue.put_nowait(1).unwrap();
    let mut putting = Box::pin(queue.put(2));
    assert!(poll(&mut putting).is_pending());
    queue.shutdown(false);
    assert_eq!(poll(&mut putting), Poll::Ready(Err(SendError(2))));
    assert_eq!(queue.get_nowait(), Ok(1));
    assert_eq!(queue.get_nowait(), Err(TryRecvError::Closed));
    queue.task_done().unwrap();
    assert_eq!(poll(&mut queue.join()), Poll::Ready(()));

    let queue = Queue::new(0);
    (0..3).for_each(|item| queue.put_nowait(item).unwrap());
    queue.shutdown(true);
    assert_eq!(queue.statistics().unfinished, 0);
    assert_eq!(poll(&mut queue.get()), Poll::Ready(Err(Closed)));
}
