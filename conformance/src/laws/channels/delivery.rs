//! H1, H4 and H5: what arrives, when and where.

use std::sync::{Arc, Mutex};

use anyrt_core::error::{Closed, SendError, TryRecvError, TrySendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, Source, attempt, both, lock, step};
use crate::support::{Group, join};

pub(super) fn h1<B: Backend + Toplevel>(backend: &B) {
    for capacity in [None, Some(1), Some(3), Some(100)] {
        for by_drop in [false, true] {
            backend.run(in_order_then_closed(backend, capacity, by_drop));
        }
        backend.run(across_tasks_in_order(backend, capacity));
    }
    backend.run(across_tasks_in_order(backend, Some(0)));
    for capacity in [None, Some(2), Some(0)] {
        backend.run(waiting_receivers_see_the_end(backend, capacity));
    }
    backend.run(cancelled_receivers_leave_the_rest(backend));
}

fn make<B: Backend, T: Send + 'static>(
    backend: &B,
    capacity: Option<usize>,
) -> (B::Sender<T>, B::Receiver<T>) {
    match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    }
}

/// Fills a channel through several senders, which then go; all items are still there.
async fn in_order_then_closed<B: Backend>(backend: &B, capacity: Option<usize>, by_drop: bool) {
    let context = &format!("capacity {capacity:?}, senders dropped: {by_drop}");
    let (sender, receiver) = make::<B, usize>(backend, capacity);
    let fits = capacity.unwrap_or(50);
    let other = sender.clone();
    for item in 0..fits {
        let sender = if item % 2 == 0 { &sender } else { &other };
        if item % 3 == 0 {
            assert_eq!(sender.try_send(item), Ok(()), "{context}: room for {fits}");
        } else {
            assert_eq!(attempt(sender.send(item)).await, Some(Ok(())), "{context}: room");
        }
    }
    if capacity.is_some() {
        let full = sender.try_send(999);
        assert_eq!(full, Err(TrySendError::Full(999)), "{context}: room for {fits} only");
        let mut waiting = Box::pin(sender.send(999));
        assert!(step(&mut waiting).await.is_pending(), "{context}: room for {fits} only");
    }
    if by_drop {
        drop(sender);
        join(std::thread::spawn(move || drop(other)));
    } else {
        sender.close();
        assert_eq!(sender.try_send(1), Err(TrySendError::Closed(1)), "{context}: closed");
        assert_eq!(sender.send(1).await, Err(SendError(1)), "{context}: closed");
        other.close();
    }
    let late = receiver.clone();
    for item in 0..fits {
        if item % 2 == 0 {
            let received = attempt(receiver.recv()).await;
            assert_eq!(received, Some(Ok(item)), "{context}: drained in the order of sending");
        } else {
            assert_eq!(late.try_recv(), Ok(item), "{context}: drained in the order of sending");
        }
    }
    for _ in 0..3 {
        assert_eq!(attempt(receiver.recv()).await, Some(Err(Closed)), "{context}: at the end");
        assert_eq!(late.try_recv(), Err(TryRecvError::Closed), "{context}: at the end");
    }
}

async fn across_tasks_in_order<B: Backend>(backend: &B, capacity: Option<usize>) {
    const ITEMS: usize = 300;
    let (sender, receiver) = make::<B, usize>(backend, capacity);
    let result = backend
        .task_group(|group: Group<B>| {
            group.spawn(async move {
                for item in 0..ITEMS {
                    assert_eq!(sender.send(item).await, Ok(()), "a receiver is there");
                }
            });
            async move {
                for item in 0..ITEMS {
                    assert_eq!(receiver.recv().await, Ok(item), "capacity {capacity:?}");
                }
                for _ in 0..3 {
                    assert_eq!(receiver.recv().await, Err(Closed), "the sender is gone");
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}

/// Receivers wait when the senders go: not after the first, all after the last.
async fn waiting_receivers_see_the_end<B: Backend>(backend: &B, capacity: Option<usize>) {
    for by_drop in [false, true] {
        let context = &format!("capacity {capacity:?}, senders dropped: {by_drop}");
        let (sender, receiver) = make::<B, u32>(backend, capacity);
        let last = sender.clone();
        let mut waiters: Vec<_> =
            (0..3).map(|_| (Box::pin(receiver.recv()), Alarm::new())).collect();
        for (waiter, alarm) in &mut waiters {
            assert!(alarm.step(waiter).await.is_pending(), "{context}: took from nobody");
        }
        if by_drop {
            drop(sender);
        } else {
            sender.close();
        }
        for (waiter, alarm) in &mut waiters {
            assert_eq!(alarm.rung(), 0, "{context}: woken, though a sender is left");
            assert!(alarm.step(waiter).await.is_pending(), "{context}: a sender is left");
        }
        if by_drop {
            join(std::thread::spawn(move || drop(last)));
        } else {
            last.close();
        }
        for (waiter, alarm) in waiters {
            assert!(alarm.rung() > 0, "{context}: not woken when the last sender went");
            let end = attempt(waiter).await;
            assert_eq!(end, Some(Err(Closed)), "{context}: the last sender is gone");
        }
    }
}

/// An item was promised when the last sender went; it is not lost with the one who leaves.
async fn cancelled_receivers_leave_the_rest<B: Backend>(backend: &B) {
    for source in Source::ALL {
        let (sender, receiver) = backend.bounded(2);
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut promised = Box::pin(scope.run(receiver.recv()));
        let mut next = Box::pin(receiver.recv());
        let mut last = Box::pin(receiver.recv());
        assert!(step(&mut promised).await.is_pending(), "took from an empty channel");
        assert!(step(&mut next).await.is_pending(), "took from an empty channel");
        assert!(step(&mut last).await.is_pending(), "took from an empty channel");
        assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
        drop(sender);
        source.cancel(backend, &handle).await;
        drop(promised);
        let first = step(&mut next).await;
        let then = last.await;
        assert_eq!(
            (first, then),
            (std::task::Poll::Ready(Ok(1)), Err(Closed)),
            "the sender is gone, and the receiver to which its item was promised, too"
        );
    }
}

pub(super) fn h4<B: Backend + Toplevel>(backend: &B) {
    backend.run(a_send_waits_for_its_receiver(backend));
    backend.run(a_called_receiver_does_not_have_it_yet(backend));
    backend.run(one_receiver_one_send(backend));
    backend.run(a_receiver_that_goes_leaves_it(backend));
    backend.run(at_no_time_ahead(backend));
}

async fn a_send_waits_for_its_receiver<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(0);
    let full = sender.try_send(1);
    assert_eq!(full, Err(TrySendError::Full(1)), "try_send without a receiver");
    let mut sending = Box::pin(sender.send(2));
    for _ in 0..5 {
        let poll = step(&mut sending).await;
        assert!(poll.is_pending(), "a rendezvous: `send` gave {poll:?} without a receiver");
        crate::support::turns(2).await;
    }
    assert_eq!(receiver.try_recv(), Ok(2), "a sender waits with an item");
    assert_eq!(attempt(sending).await, Some(Ok(())), "the receiver has the item");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty), "nobody sends any more");
}

/// The receiver waits already, but was not polled since the sender came.
async fn a_called_receiver_does_not_have_it_yet<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(0);
    let mut receiving = Box::pin(receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "took from nobody");
    let mut sending = Box::pin(sender.send(1));
    for _ in 0..3 {
        let poll = step(&mut sending).await;
        assert!(poll.is_pending(), "`send` gave {poll:?} before the receiver has the item");
    }
    assert_eq!(attempt(receiving).await, Some(Ok(1)), "the sender is there");
    assert_eq!(attempt(sending).await, Some(Ok(())), "the receiver has the item");
}

async fn one_receiver_one_send<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(0);
    let mut senders: Vec<_> = (0..3).map(|item| Box::pin(sender.send(item))).collect();
    for sending in &mut senders {
        assert!(step(sending).await.is_pending(), "sent to nobody");
    }
    for item in 0..3 {
        assert_eq!(receiver.recv().await, Ok(item), "in the order of coming");
        let mut completed = 0;
        for sending in &mut senders {
            completed += usize::from(step(sending).await.is_ready());
        }
        assert_eq!(completed, 1, "{completed} sends completed after one item was received");
        drop(senders.remove(0));
    }
}

/// Told "sent", but the receiver went without the item: the classic fault.
async fn a_receiver_that_goes_leaves_it<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(0);
    let mut receiving = Box::pin(receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "took from nobody");
    let mut sending = Box::pin(sender.send(1));
    assert!(step(&mut sending).await.is_pending(), "sent before the receiver has the item");
    drop(receiving);
    let poll = step(&mut sending).await;
    assert!(poll.is_pending(), "`send` gave {poll:?}, and its receiver went without the item");
    drop(receiver);
    assert_eq!(attempt(sending).await, Some(Err(SendError(1))), "nobody will receive it");
}

/// Two tasks, one item at a time: no send is ever two items ahead.
async fn at_no_time_ahead<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(0);
    let received = &crate::support::Count::new();
    let sends = async {
        for item in 0..100 {
            assert_eq!(sender.send(item).await, Ok(()), "a receiver is there");
            let has = received.get();
            assert!(has >= item, "send {item} completed, but only {has} items were received");
        }
        sender.close();
    };
    let receives = async {
        while let Ok(item) = receiver.recv().await {
            assert_eq!(item, received.get(), "in the order of sending");
            received.up();
            if item % 3 == 0 {
                backend.checkpoint().await;
            }
        }
    };
    both(sends, receives).await;
    assert_eq!(received.get(), 100, "all items arrive");
}

pub(super) fn h5<B: Backend + Toplevel>(backend: &B) {
    for capacity in [None, Some(0), Some(1), Some(4)] {
        backend.run(each_item_to_one(backend, capacity));
    }
}

async fn each_item_to_one<B: Backend>(backend: &B, capacity: Option<usize>) {
    const SENDERS: usize = 3;
    const RECEIVERS: usize = 4;
    const ITEMS: usize = 200;
    let (sender, receiver) = make::<B, (usize, usize)>(backend, capacity);
    let logs: Vec<_> = (0..RECEIVERS).map(|_| Arc::new(Mutex::new(Vec::new()))).collect();
    let result = backend
        .task_group(|group: Group<B>| {
            for log in &logs {
                let (receiver, log) = (receiver.clone(), log.clone());
                group.spawn(async move {
                    while let Ok(item) = receiver.recv().await {
                        lock(&log).push(item);
                    }
                });
            }
            for from in 0..SENDERS {
                let sender = sender.clone();
                group.spawn(async move {
                    for item in 0..ITEMS {
                        assert_eq!(sender.send((from, item)).await, Ok(()), "receivers are there");
                    }
                });
            }
            drop((sender, receiver));
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    let mut all = Vec::new();
    for log in logs {
        let log = lock(&log);
        for from in 0..SENDERS {
            let items: Vec<_> = log.iter().filter(|item| item.0 == from).collect();
            assert!(
                items.is_sorted(),
                "capacity {capacity:?}: one sender's items reached one receiver as {items:?}"
            );
        }
        all.extend_from_slice(&log);
    }
    all.sort_unstable();
    let sent: Vec<_> =
        (0..SENDERS).flat_map(|from| (0..ITEMS).map(move |item| (from, item))).collect();
    assert!(
        all == sent,
        "capacity {capacity:?}: of {} items {} were received, or some twice",
        sent.len(),
        all.len()
    );
}
