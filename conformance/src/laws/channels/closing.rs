//! H2 and H3: the end of a channel, and of one clone.

use anyrt_core::error::{Closed, SendError, TryRecvError, TrySendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, attempt, step};
use crate::support::{Group, join};

pub(super) fn h2<B: Backend + Toplevel>(backend: &B) {
    for by_drop in [false, true] {
        for capacity in [0, 1, 3] {
            backend.run(waiting_sends_fail(backend, capacity, by_drop));
        }
        backend.run(later_sends_fail(backend, by_drop));
        backend.run(a_granted_place_is_no_delivery(backend, by_drop));
    }
    backend.run(across_tasks(backend));
}

async fn waiting_sends_fail<B: Backend>(backend: &B, capacity: usize, by_drop: bool) {
    let context = &format!("bounded({capacity}), receivers dropped: {by_drop}");
    let (sender, receiver) = backend.bounded(capacity);
    let last = receiver.clone();
    for item in 0..capacity {
        assert_eq!(sender.try_send(item), Ok(()), "{context}: room");
    }
    let mut waiters: Vec<_> =
        (10..14).map(|item| (item, Box::pin(sender.send(item)), Alarm::new())).collect();
    for (_, waiter, alarm) in &mut waiters {
        assert!(alarm.step(waiter).await.is_pending(), "{context}: sent without room");
    }
    if by_drop {
        drop(receiver);
    } else {
        receiver.close();
    }
    for (_, waiter, alarm) in &mut waiters {
        assert_eq!(alarm.rung(), 0, "{context}: woken, though a receiver is left");
        assert!(alarm.step(waiter).await.is_pending(), "{context}: a receiver is left");
    }
    if by_drop {
        join(std::thread::spawn(move || drop(last)));
    } else {
        last.close();
    }
    for (item, waiter, alarm) in waiters {
        assert!(alarm.rung() > 0, "{context}: not woken when the last receiver went");
        let sent = attempt(waiter).await;
        assert_eq!(sent, Some(Err(SendError(item))), "{context}: the last receiver is gone");
    }
}

async fn later_sends_fail<B: Backend>(backend: &B, by_drop: bool) {
    for (kind, (sender, receiver)) in [
        ("bounded", backend.bounded(3)),
        ("a rendezvous", backend.bounded(0)),
        ("unbounded", backend.unbounded()),
    ] {
        let context = &format!("{kind}, receivers dropped: {by_drop}");
        if kind != "a rendezvous" {
            assert_eq!(sender.try_send(String::from("before")), Ok(()), "{context}: room");
        }
        if by_drop {
            drop(receiver);
        } else {
            receiver.close();
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed), "{context}: closed");
            assert_eq!(receiver.recv().await, Err(Closed), "{context}: closed");
        }
        let other = sender.clone();
        for sender in [&sender, &other, &sender] {
            let sent = attempt(sender.send(String::from("later"))).await;
            assert_eq!(sent, Some(Err(SendError("later".into()))), "{context}: send");
            let sent = sender.try_send(String::from("tried"));
            assert_eq!(sent, Err(TrySendError::Closed("tried".into())), "{context}: try_send");
        }
    }
}

/// A place came free for the sender, or a receiver was called, and then the receivers go.
async fn a_granted_place_is_no_delivery<B: Backend>(backend: &B, by_drop: bool) {
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    let mut sending = Box::pin(sender.send(2));
    assert!(step(&mut sending).await.is_pending(), "sent into a full channel");
    assert_eq!(receiver.try_recv(), Ok(1));
    if by_drop {
        drop(receiver);
    } else {
        receiver.close();
    }
    let sent = attempt(sending).await;
    assert_eq!(sent, Some(Err(SendError(2))), "a place came free, but nobody will receive");

    let (sender, receiver) = backend.bounded(0);
    let mut receiving = Box::pin(receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "took from nobody");
    let mut sending = Box::pin(sender.send(3));
    assert!(step(&mut sending).await.is_pending(), "sent before the receiver has the item");
    drop(receiving);
    if by_drop {
        drop(receiver);
    } else {
        receiver.close();
    }
    let sent = attempt(sending).await;
    assert_eq!(sent, Some(Err(SendError(3))), "a receiver was called, and went without the item");
}

async fn across_tasks<B: Backend>(backend: &B) {
    for capacity in [Some(0), Some(2), None] {
        let (sender, receiver) = match capacity {
            Some(capacity) => backend.bounded(capacity),
            None => backend.unbounded(),
        };
        let result = backend
            .task_group(|group: Group<B>| {
                for first in [0, 1_000_000, 2_000_000] {
                    let (backend, sender) = (backend.clone(), sender.clone());
                    group.spawn(async move {
                        for item in first.. {
                            // An unbounded channel takes everything at once.
                            backend.checkpoint().await;
                            match sender.send(item).await {
                                Ok(()) => {}
                                Err(SendError(back)) => {
                                    assert_eq!(back, item, "another item came back");
                                    break;
                                }
                            }
                        }
                    });
                }
                async move {
                    for _ in 0..10 {
                        assert!(receiver.recv().await.is_ok(), "the senders are there");
                    }
                    drop(receiver);
                }
            })
            .await;
        assert_eq!(result, Ok(()), "capacity {capacity:?}: the group");
    }
}

pub(super) fn h3<B: Backend + Toplevel>(backend: &B) {
    for (kind, capacity) in [("unbounded", None), ("bounded", Some(2)), ("a rendezvous", Some(0))] {
        backend.run(one_receiver_closes(backend, kind, capacity));
    }
    backend.run(one_sender_closes(backend, 1));
    backend.run(one_sender_closes(backend, 0));
    backend.run(closed_and_dropped_counts_once(backend));
    backend.run(what_was_promised_is_not_lost(backend));
}

async fn one_receiver_closes<B: Backend>(backend: &B, kind: &str, capacity: Option<usize>) {
    let (sender, receiver) = match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    };
    let other = receiver.clone();
    let alarm = Alarm::new();
    let mut here = Box::pin(receiver.recv());
    let mut there = Box::pin(other.recv());
    let mut here_too = Box::pin(receiver.recv());
    assert!(step(&mut here).await.is_pending(), "{kind}: took from an empty channel");
    assert!(alarm.step(&mut there).await.is_pending(), "{kind}: took from an empty channel");
    assert!(step(&mut here_too).await.is_pending(), "{kind}: took from an empty channel");
    receiver.close();
    assert_eq!(alarm.rung(), 0, "{kind}: a waiter on another clone was woken");
    assert_eq!(attempt(here).await, Some(Err(Closed)), "{kind}: a waiter on the closed clone");
    assert_eq!(attempt(here_too).await, Some(Err(Closed)), "{kind}: a waiter on the closed clone");
    assert!(step(&mut there).await.is_pending(), "{kind}: a waiter on another clone");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed), "{kind}: the closed clone");
    let mut sending = Box::pin(sender.send(1));
    let sent = step(&mut sending).await;
    assert_eq!(attempt(there).await, Some(Ok(1)), "{kind}: another clone still receives");
    if sent.is_pending() {
        assert_eq!(sending.await, Ok(()), "{kind}: another clone has the item");
    }
    if capacity != Some(0) {
        assert_eq!(sender.try_send(2), Ok(()), "{kind}: another clone is open");
        assert_eq!(receiver.recv().await, Err(Closed), "{kind}: the closed clone, with an item");
        assert_eq!(other.recv().await, Ok(2), "{kind}: another clone still receives");
    }
    other.close();
    assert_eq!(sender.send(3).await, Err(SendError(3)), "{kind}: all clones are closed");
}

async fn one_sender_closes<B: Backend>(backend: &B, capacity: usize) {
    let context = &format!("bounded({capacity})");
    let (sender, receiver) = backend.bounded(capacity);
    let other = sender.clone();
    for item in 0..capacity {
        assert_eq!(sender.try_send(item), Ok(()), "{context}: room");
    }
    let alarm = Alarm::new();
    let mut here = Box::pin(sender.send(11));
    let mut there = Box::pin(other.send(12));
    let mut here_too = Box::pin(sender.send(13));
    assert!(step(&mut here).await.is_pending(), "{context}: sent without room");
    assert!(alarm.step(&mut there).await.is_pending(), "{context}: sent without room");
    assert!(step(&mut here_too).await.is_pending(), "{context}: sent without room");
    sender.close();
    assert_eq!(alarm.rung(), 0, "{context}: a waiter on another clone was woken");
    assert_eq!(attempt(here).await, Some(Err(SendError(11))), "{context}: on the closed clone");
    assert_eq!(attempt(here_too).await, Some(Err(SendError(13))), "{context}: on the closed clone");
    assert!(step(&mut there).await.is_pending(), "{context}: a waiter on another clone");
    assert_eq!(sender.try_send(14), Err(TrySendError::Closed(14)), "{context}: the closed clone");
    assert_eq!(sender.send(15).await, Err(SendError(15)), "{context}: the closed clone");
    for item in 0..capacity {
        assert_eq!(receiver.recv().await, Ok(item), "{context}: what the closed clone had sent");
    }
    let mut receiving = Box::pin(receiver.recv());
    let early = step(&mut receiving).await;
    let sent = attempt(there).await;
    assert_eq!(sent, Some(Ok(())), "{context}: another clone still sends");
    match early {
        std::task::Poll::Ready(item) => assert_eq!(item, Ok(12), "{context}: its item"),
        std::task::Poll::Pending => assert_eq!(receiving.await, Ok(12), "{context}: its item"),
    }
    let mut receiving = Box::pin(receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "{context}: another clone is open");
    other.close();
    assert_eq!(receiving.await, Err(Closed), "{context}: all clones are closed");
}

/// Closing twice, and dropping what is closed, must not close the other clone.
async fn closed_and_dropped_counts_once<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(4);
    let (other_sender, other_receiver) = (sender.clone(), receiver.clone());
    for _ in 0..3 {
        sender.close();
        receiver.close();
    }
    drop((sender, receiver));
    assert_eq!(other_sender.send(1).await, Ok(()), "the other receiver is open");
    assert_eq!(other_receiver.recv().await, Ok(1), "the other receiver is open");
    let mut receiving = Box::pin(other_receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "the other sender is open");
    let third = other_sender.clone();
    drop(other_sender);
    assert!(step(&mut receiving).await.is_pending(), "a third sender is open");
    assert_eq!(third.try_send(2), Ok(()), "a third sender is open");
    assert_eq!(receiving.await, Ok(2), "a third sender is open");
    drop(third);
    assert_eq!(other_receiver.recv().await, Err(Closed), "all senders are gone");
}

/// An item or a place was promised to a waiter whose clone then closes: exactly one has it.
async fn what_was_promised_is_not_lost<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(1);
    let other = receiver.clone();
    let mut here = Box::pin(receiver.recv());
    let mut there = Box::pin(other.recv());
    assert!(step(&mut here).await.is_pending(), "took from an empty channel");
    assert!(step(&mut there).await.is_pending(), "took from an empty channel");
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    receiver.close();
    match here.await {
        Ok(item) => {
            assert_eq!(item, 1, "the item that was sent");
            assert_eq!(sender.try_send(2), Ok(()), "the item is gone");
            assert_eq!(there.await, Ok(2), "the other clone is open");
        }
        Err(Closed) => assert_eq!(there.await, Ok(1), "the item passes to the other clone"),
    }

    let (sender, receiver) = backend.bounded(1);
    let other = sender.clone();
    assert_eq!(sender.try_send(0), Ok(()), "an empty channel");
    let mut here = Box::pin(sender.send(1));
    let mut there = Box::pin(other.send(2));
    assert!(step(&mut here).await.is_pending(), "sent into a full channel");
    assert!(step(&mut there).await.is_pending(), "sent into a full channel");
    assert_eq!(receiver.try_recv(), Ok(0));
    sender.close();
    match here.await {
        Ok(()) => assert_eq!(receiver.recv().await, Ok(1), "an item that was sent"),
        Err(SendError(item)) => assert_eq!(item, 1, "the item that came back"),
    }
    assert_eq!(attempt(there).await, Some(Ok(())), "the place passes to the other clone");
    assert_eq!(receiver.recv().await, Ok(2), "the other clone's item");
}
