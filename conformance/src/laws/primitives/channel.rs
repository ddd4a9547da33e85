//! P1 to P4 for channels.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyrt_core::error::{Closed, SendError, TryRecvError, TrySendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, Event, Source, attempt, eventually, parked, step};
use crate::support::{Count, Group};

const EMPTY: Result<u32, TryRecvError> = Err(TryRecvError::Empty);

pub(super) fn p1<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(nothing_goes_to_a_cancelled_receiver(backend, source));
        backend.run(nothing_comes_from_a_cancelled_sender(backend, source));
        backend.run(no_rendezvous_with_a_cancelled_one(backend, source));
    }
    backend.run(nothing_goes_to_a_cancelled_child(backend));
}

async fn nothing_goes_to_a_cancelled_receiver<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}, not polled since");
    for (kind, (sender, receiver)) in
        [("bounded", backend.bounded(2)), ("unbounded", backend.unbounded())]
    {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut cancelled = Box::pin(scope.run(receiver.recv()));
        let mut next = Box::pin(receiver.recv());
        assert!(step(&mut cancelled).await.is_pending(), "{kind}: took from an empty channel");
        assert!(step(&mut next).await.is_pending(), "{kind}: took from an empty channel");
        source.cancel(backend, &handle).await;
        assert_eq!(sender.try_send(1), Ok(()), "{kind}: an empty channel");
        let item = attempt(next).await;
        assert_eq!(item, Some(Ok(1)), "{kind}, {context}: the item is for the next waiter");
        assert_eq!(sender.try_send(2), Ok(()), "{kind}: an empty channel");
        let item = receiver.try_recv();
        assert_eq!(item, Ok(2), "{kind}, {context}: the item was promised to the cancelled one");
        assert_eq!(sender.try_send(3), Ok(()), "{kind}: an empty channel");
        assert!(cancelled.await.is_err(), "{kind}, {context}: it was not cut");
        assert_eq!(receiver.try_recv(), Ok(3), "{kind}, {context}: it took an item");
    }
}

async fn nothing_comes_from_a_cancelled_sender<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}, not polled since");
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cancelled = Box::pin(scope.run(sender.send(2)));
    let mut next = Box::pin(sender.send(3));
    assert!(step(&mut cancelled).await.is_pending(), "sent into a full channel");
    assert!(step(&mut next).await.is_pending(), "sent into a full channel");
    source.cancel(backend, &handle).await;
    assert_eq!(receiver.try_recv(), Ok(1), "a full channel");
    let sent = attempt(next).await;
    assert_eq!(sent, Some(Ok(())), "{context}: the place is for the next waiter");
    assert_eq!(receiver.try_recv(), Ok(3), "{context}: the item of the one that was not");
    assert_eq!(sender.try_send(4), Ok(()), "{context}: the place was promised to it");
    assert!(cancelled.await.is_err(), "{context}: it was not cut");
    assert_eq!(receiver.try_recv(), Ok(4));
    assert_eq!(receiver.try_recv(), EMPTY, "{context}: its item came after all");
}

async fn no_rendezvous_with_a_cancelled_one<B: Backend>(backend: &B, source: Source) {
    let context = &format!("a rendezvous, cancelled from {source:?}, not polled since");
    let (sender, receiver) = backend.bounded(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cancelled = Box::pin(scope.run(receiver.recv()));
    assert!(step(&mut cancelled).await.is_pending(), "{context}: took from nobody");
    source.cancel(backend, &handle).await;
    let full = sender.try_send(1);
    assert_eq!(full, Err(TrySendError::Full(1)), "{context}: nobody is there to take it");
    let mut sending = Box::pin(sender.send(2));
    assert!(step(&mut sending).await.is_pending(), "{context}: sent to a cancelled receiver");
    let mut next = Box::pin(receiver.recv());
    assert_eq!(step(&mut next).await, std::task::Poll::Ready(Ok(2)), "{context}: the next one");
    assert_eq!(sending.await, Ok(()), "{context}: the next one has it");
    assert!(cancelled.await.is_err(), "{context}: it was not cut");

    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cancelled = Box::pin(scope.run(sender.send(3)));
    assert!(step(&mut cancelled).await.is_pending(), "{context}: sent to nobody");
    source.cancel(backend, &handle).await;
    assert_eq!(receiver.try_recv(), EMPTY, "{context}: took from a cancelled sender");
    let mut receiving = Box::pin(receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "{context}: took from a cancelled sender");
    let mut sending = Box::pin(sender.send(4));
    assert!(step(&mut sending).await.is_pending(), "{context}: the receiver has not got it yet");
    assert_eq!(receiving.await, Ok(4), "{context}: the next one");
    assert_eq!(sending.await, Ok(()), "{context}: the receiver has it");
    assert!(cancelled.await.is_err(), "{context}: it was not cut");
}

async fn nothing_goes_to_a_cancelled_child<B: Backend>(backend: &B) {
    for round in 0..20 {
        let (sender, receiver) =
            if round % 2 == 0 { backend.bounded(1) } else { backend.unbounded() };
        let result = backend
            .task_group(|group: Group<B>| async move {
                let waits = [Event::new(), Event::new()];
                let [first, second] = waits.each_ref().map(|waits| {
                    let receiver = receiver.clone();
                    let receiving = parked(waits, async move { receiver.recv().await });
                    group.spawn(async move { Ok(receiving.await) })
                });
                for waits in &waits {
                    waits.wait().await;
                }
                first.cancel();
                assert_eq!(sender.try_send(7), Ok(()), "an empty channel");
                let item = second.await;
                assert!(matches!(item, Ok(Ok(7))), "the second child's recv gave {item:?}");
                let item = first.await;
                assert!(item.is_err(), "the first child, cancelled before, got {item:?}");
            })
            .await;
        assert_eq!(result, Ok(()), "the group");
    }
}

pub(super) fn p2<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(polled_again_it_completes(backend, source));
        backend.run(a_promised_item_passes_on(backend, Some(source)));
        backend.run(a_promised_place_passes_on(backend, Some(source)));
        backend.run(a_rendezvous_passes_on(backend, Some(source)));
    }
    backend.run(a_promised_item_passes_on(backend, None));
    backend.run(a_promised_place_passes_on(backend, None));
    backend.run(a_rendezvous_passes_on(backend, None));
}

async fn polled_again_it_completes<B: Backend>(backend: &B, source: Source) {
    let context = &format!("handed over, then cancelled from {source:?}");
    for (kind, (sender, receiver)) in
        [("bounded", backend.bounded(1)), ("unbounded", backend.unbounded())]
    {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut receiving = Box::pin(scope.run(receiver.recv()));
        assert!(step(&mut receiving).await.is_pending(), "{kind}: took from an empty channel");
        assert_eq!(sender.try_send(1), Ok(()), "{kind}: an empty channel");
        assert_eq!(receiver.try_recv(), EMPTY, "{kind}: the item is promised to the waiter");
        source.cancel(backend, &handle).await;
        assert_eq!(receiving.await, Ok(Ok(1)), "{kind}, {context}: recv");
    }
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut sending = Box::pin(scope.run(sender.send(2)));
    assert!(step(&mut sending).await.is_pending(), "sent into a full channel");
    assert_eq!(receiver.try_recv(), Ok(1));
    let full = sender.try_send(3);
    assert_eq!(full, Err(TrySendError::Full(3)), "the place is promised to the waiter");
    source.cancel(backend, &handle).await;
    assert_eq!(sending.await, Ok(Ok(())), "{context}: send");
    assert_eq!(receiver.try_recv(), Ok(2), "{context}: its item");
}

async fn a_promised_item_passes_on<B: Backend>(backend: &B, cancel: Option<Source>) {
    let context = &format!("promised, then cancelled from {cancel:?} and dropped unpolled");
    for (kind, (sender, receiver)) in
        [("bounded", backend.bounded(3)), ("unbounded", backend.unbounded())]
    {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let alarm = Alarm::new();
        let mut promised = Box::pin(scope.run(receiver.recv()));
        let mut second = Box::pin(receiver.recv());
        let mut third = Box::pin(receiver.recv());
        assert!(step(&mut promised).await.is_pending(), "{kind}: took from an empty channel");
        assert!(step(&mut second).await.is_pending(), "{kind}: took from an empty channel");
        assert!(alarm.step(&mut third).await.is_pending(), "{kind}: took from an empty channel");
        assert_eq!(sender.try_send(1), Ok(()), "{kind}: an empty channel");
        assert_eq!(sender.try_send(2), Ok(()), "{kind}: room for more");
        assert_eq!(alarm.rung(), 0, "{kind}: two items for three waiters");
        if let Some(source) = cancel {
            source.cancel(backend, &handle).await;
        }
        drop(promised);
        assert!(alarm.rung() > 0, "{kind}, {context}: it did not pass on");
        let order = (second.await, third.await);
        assert_eq!(order, (Ok(1), Ok(2)), "{kind}, {context}: the items in their order");
        assert_eq!(receiver.try_recv(), EMPTY, "{kind}, {context}: an item is there twice");
    }
}

async fn a_promised_place_passes_on<B: Backend>(backend: &B, cancel: Option<Source>) {
    let context = &format!("promised, then cancelled from {cancel:?} and dropped unpolled");
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let alarm = Alarm::new();
    let mut promised = Box::pin(scope.run(sender.send(2)));
    let mut next = Box::pin(sender.send(3));
    assert!(step(&mut promised).await.is_pending(), "sent into a full channel");
    assert!(alarm.step(&mut next).await.is_pending(), "sent into a full channel");
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(alarm.rung(), 0, "one place for two waiters");
    if let Some(source) = cancel {
        source.cancel(backend, &handle).await;
    }
    drop(promised);
    assert!(alarm.rung() > 0, "{context}: it did not pass on");
    assert_eq!(next.await, Ok(()), "{context}: the next sender");
    assert_eq!(receiver.try_recv(), Ok(3), "{context}: the next sender's item");
    assert_eq!(receiver.try_recv(), EMPTY, "{context}: the item of a `send` that was dropped");
    assert_eq!(sender.try_send(4), Ok(()), "{context}: a place is lost");
}

async fn a_rendezvous_passes_on<B: Backend>(backend: &B, cancel: Option<Source>) {
    let context = &format!("promised, then cancelled from {cancel:?} and dropped unpolled");
    let (sender, receiver) = backend.bounded(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut promised = Box::pin(scope.run(receiver.recv()));
    let mut next = Box::pin(receiver.recv());
    let mut sending = Box::pin(sender.send(1));
    assert!(step(&mut promised).await.is_pending(), "took from nobody");
    assert!(step(&mut next).await.is_pending(), "took from nobody");
    assert!(step(&mut sending).await.is_pending(), "sent before a receiver has the item");
    if let Some(source) = cancel {
        source.cancel(backend, &handle).await;
    }
    drop(promised);
    assert!(step(&mut sending).await.is_pending(), "{context}: nobody has the item yet");
    assert_eq!(next.await, Ok(1), "{context}: the next receiver");
    assert_eq!(sending.await, Ok(()), "{context}: it has the item");

    // The sender goes instead, and the receiver waits on.
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut receiving = Box::pin(receiver.recv());
    let mut offered = Box::pin(scope.run(sender.send(2)));
    assert!(step(&mut receiving).await.is_pending(), "took from nobody");
    assert!(step(&mut offered).await.is_pending(), "sent before the receiver has the item");
    if let Some(source) = cancel {
        source.cancel(backend, &handle).await;
    }
    drop(offered);
    assert!(step(&mut receiving).await.is_pending(), "{context}: the sender took its item along");
    let mut sending = Box::pin(sender.send(3));
    assert!(step(&mut sending).await.is_pending(), "sent before the receiver has the item");
    assert_eq!(receiving.await, Ok(3), "{context}: the receiver lost its place");
    assert_eq!(sending.await, Ok(()), "{context}: the receiver has the item");
}

/// An item that counts how often it was dropped.
struct Counted(u32, Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

pub(super) fn p3<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(a_cancelled_send_leaves_nothing(backend, source));
        backend.run(a_cancelled_recv_takes_nothing(backend, source));
    }
    backend.run(a_dropped_send_leaves_nothing(backend));
    backend.run(a_dropped_recv_takes_nothing(backend));
}

async fn a_cancelled_send_leaves_nothing<B: Backend>(backend: &B, source: Source) {
    for (kind, full, (sender, receiver)) in [
        ("bounded(1)", false, backend.bounded(1)),
        ("bounded(1), full", true, backend.bounded(1)),
        ("a rendezvous", false, backend.bounded(0)),
        ("unbounded", false, backend.unbounded()),
    ] {
        let context = &format!("{kind}, cancelled from {source:?}");
        let drops = Arc::new(AtomicUsize::new(0));
        let other = Arc::new(AtomicUsize::new(0));
        if full {
            let room = sender.try_send(Counted(1, other.clone())).is_ok();
            assert!(room, "{context}: an empty channel");
        }
        // At its first checkpoint, and then while it waits, if it has to.
        for waits in if full || kind == "a rendezvous" { &[false, true][..] } else { &[false] } {
            drops.store(0, Ordering::SeqCst);
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let mut sending = Box::pin(scope.run(async {
                if !waits {
                    source.cancel(backend, &handle).await;
                }
                sender.send(Counted(2, drops.clone())).await.is_ok()
            }));
            if *waits {
                assert!(step(&mut sending).await.is_pending(), "{context}: sent without a wait");
                source.cancel(backend, &handle).await;
            }
            let result = sending.await;
            assert!(result.is_err(), "{context}: a cancelled `send` gave {result:?}");
            let dropped = drops.load(Ordering::SeqCst);
            assert_eq!(dropped, 1, "{context}: its item was dropped {dropped} times");
        }
        if full {
            let first = receiver.try_recv().map(|item| item.0);
            assert_eq!(first, Ok(1), "{context}: what was there before");
        }
        let left = receiver.try_recv().map(|item| item.0);
        assert_eq!(left, EMPTY, "{context}: a cancelled `send` left its item");
    }
}

async fn a_cancelled_recv_takes_nothing<B: Backend>(backend: &B, source: Source) {
    for (kind, (sender, receiver)) in
        [("bounded", backend.bounded(3)), ("unbounded", backend.unbounded())]
    {
        let context = &format!("{kind}, cancelled from {source:?}");
        for item in 1..=3 {
            assert_eq!(sender.try_send(item), Ok(()), "{context}: room for three");
        }
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let result = scope
            .run(async {
                source.cancel(backend, &handle).await;
                let first = attempt(receiver.recv()).await;
                assert_eq!(first, None, "{context}: a `recv` in a cancelled scope");
                receiver.recv().await
            })
            .await;
        assert!(result.is_err(), "{context}: a cancelled `recv` gave {result:?}");
        let items = [(); 3].map(|()| receiver.try_recv());
        assert_eq!(items, [Ok(1), Ok(2), Ok(3)], "{context}: a cancelled `recv` took an item");

        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut waiting = Box::pin(scope.run(receiver.recv()));
        assert!(step(&mut waiting).await.is_pending(), "{context}: took from an empty channel");
        source.cancel(backend, &handle).await;
        assert!(waiting.await.is_err(), "{context}: a waiting `recv` was not cut");
        assert_eq!(sender.try_send(4), Ok(()), "{context}: an empty channel");
        assert_eq!(receiver.try_recv(), Ok(4), "{context}: a `recv` that was cut took it");
    }
    let (sender, receiver) = backend.bounded(0);
    let mut sending = Box::pin(sender.send(5));
    assert!(step(&mut sending).await.is_pending(), "sent to nobody");
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            source.cancel(backend, &handle).await;
            receiver.recv().await
        })
        .await;
    assert!(result.is_err(), "a rendezvous, cancelled from {source:?}: recv gave {result:?}");
    assert!(step(&mut sending).await.is_pending(), "a cancelled `recv` took an item");
    assert_eq!(receiver.try_recv(), Ok(5), "a cancelled `recv` took an item");
    assert_eq!(sending.await, Ok(()), "the item was received");
}

/// A place came free for it, or a receiver, and then it is dropped.
async fn a_dropped_send_leaves_nothing<B: Backend>(backend: &B) {
    for capacity in [1, 2, 0] {
        let (sender, receiver) = backend.bounded(capacity);
        for item in 1..=capacity {
            assert_eq!(sender.try_send(item as u32), Ok(()), "room for {capacity}");
        }
        let mut sending = Box::pin(sender.send(9));
        assert!(step(&mut sending).await.is_pending(), "bounded({capacity}): no room, but sent");
        let mut receiving = Box::pin(receiver.recv());
        if capacity == 0 {
            drop(sending);
            let poll = step(&mut receiving).await;
            assert!(poll.is_pending(), "the item of a `send` that was dropped: {poll:?}");
            let mut sending = Box::pin(sender.send(8));
            assert!(step(&mut sending).await.is_pending(), "sent before the receiver has it");
            // The receiver is called, but the sender is gone when it comes.
            drop(sending);
            let poll = step(&mut receiving).await;
            assert!(poll.is_pending(), "the item of a `send` that was dropped: {poll:?}");
            continue;
        }
        assert_eq!(receiving.await, Ok(1), "the first item");
        drop(sending);
        for item in 2..=capacity {
            assert_eq!(receiver.try_recv(), Ok(item as u32), "the items behind it");
        }
        let left = receiver.try_recv();
        assert_eq!(left, EMPTY, "bounded({capacity}): a place came free, then `send` was dropped");
        for item in 1..=capacity {
            assert_eq!(sender.try_send(item as u32), Ok(()), "it kept the place that came free");
        }
    }
}

async fn a_dropped_recv_takes_nothing<B: Backend>(backend: &B) {
    for (kind, (sender, receiver)) in
        [("bounded", backend.bounded(2)), ("unbounded", backend.unbounded())]
    {
        for round in 0..3 {
            let mut waiting = Box::pin(receiver.recv());
            assert!(step(&mut waiting).await.is_pending(), "{kind}: took from an empty channel");
            assert_eq!(sender.send(round).await, Ok(()), "{kind}: an empty channel");
            drop(waiting);
            let item = attempt(receiver.recv()).await;
            assert_eq!(item, Some(Ok(round)), "{kind}: a `recv` that was dropped took the item");
        }
    }
}

pub(super) fn p4<B: Backend + Toplevel>(backend: &B) {
    backend.run(receivers_along_the_queue(backend));
    backend.run(senders_along_the_queue(backend));
    backend.run(the_end_reaches_everyone(backend));
    backend.run(cancelled_children_and_a_stream_of_items(backend));
}

async fn receivers_along_the_queue<B: Backend>(backend: &B) {
    for cancel in [None, Some(Source::Within), Some(Source::Thread)] {
        let (sender, receiver) = backend.bounded(1);
        let mut waiters = Vec::new();
        for _ in 0..5 {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let alarm = Alarm::new();
            let mut waiter = Box::pin(scope.run(receiver.recv()));
            assert!(alarm.step(&mut waiter).await.is_pending(), "took from an empty channel");
            waiters.push((waiter, handle, alarm));
        }
        assert_eq!(sender.try_send(7), Ok(()), "an empty channel");
        let Some((last, _, last_alarm)) = waiters.pop() else { return };
        for (at, (waiter, handle, alarm)) in waiters.into_iter().enumerate() {
            assert!(alarm.rung() > 0, "receiver {at} was not woken in its turn ({cancel:?})");
            assert_eq!(last_alarm.rung(), 0, "the last receiver was woken before its turn");
            if let Some(source) = cancel {
                source.cancel(backend, &handle).await;
            }
            drop(waiter);
        }
        assert!(last_alarm.rung() > 0, "the last receiver was not woken ({cancel:?})");
        assert_eq!(last.await, Ok(Ok(7)), "the last receiver ({cancel:?})");
    }
}

async fn senders_along_the_queue<B: Backend>(backend: &B) {
    for cancel in [None, Some(Source::Within), Some(Source::Thread)] {
        let (sender, receiver) = backend.bounded(1);
        assert_eq!(sender.try_send(100), Ok(()), "an empty channel");
        let mut waiters = Vec::new();
        for item in 0..5 {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let alarm = Alarm::new();
            let mut waiter = Box::pin(scope.run(sender.send(item)));
            assert!(alarm.step(&mut waiter).await.is_pending(), "sent into a full channel");
            waiters.push((waiter, handle, alarm));
        }
        assert_eq!(receiver.try_recv(), Ok(100));
        let Some((last, _, last_alarm)) = waiters.pop() else { return };
        for (at, (waiter, handle, alarm)) in waiters.into_iter().enumerate() {
            assert!(alarm.rung() > 0, "sender {at} was not woken in its turn ({cancel:?})");
            assert_eq!(last_alarm.rung(), 0, "the last sender was woken before its turn");
            if let Some(source) = cancel {
                source.cancel(backend, &handle).await;
            }
            drop(waiter);
        }
        assert!(last_alarm.rung() > 0, "the last sender was not woken ({cancel:?})");
        assert_eq!(last.await, Ok(Ok(())), "the last sender ({cancel:?})");
        assert_eq!(receiver.try_recv(), Ok(4), "the last sender's item ({cancel:?})");
        assert_eq!(receiver.try_recv(), EMPTY, "an item of a sender that went ({cancel:?})");
    }
}

/// Some waiters go, then the other side closes: all who are left are woken.
async fn the_end_reaches_everyone<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded::<u32>(1);
    let alarms = [(); 4].map(|()| Alarm::new());
    let mut waiters: Vec<_> = (0..4).map(|_| Box::pin(receiver.recv())).collect();
    for (waiter, alarm) in waiters.iter_mut().zip(&alarms) {
        assert!(alarm.step(waiter).await.is_pending(), "took from an empty channel");
    }
    drop(waiters.remove(1));
    sender.close();
    let rung = alarms.each_ref().map(|alarm| alarm.rung() > 0);
    assert_eq!((rung[0], rung[2], rung[3]), (true, true, true), "woken by the end");
    for waiter in waiters {
        assert_eq!(waiter.await, Err(Closed), "after the last sender");
    }

    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(100), Ok(()), "an empty channel");
    let alarms = [(); 4].map(|()| Alarm::new());
    let mut waiters: Vec<_> = (0..4).map(|item| Box::pin(sender.send(item))).collect();
    for (waiter, alarm) in waiters.iter_mut().zip(&alarms) {
        assert!(alarm.step(waiter).await.is_pending(), "sent into a full channel");
    }
    drop(waiters.remove(0));
    receiver.close();
    let rung = alarms.each_ref().map(|alarm| alarm.rung() > 0);
    assert_eq!((rung[1], rung[2], rung[3]), (true, true, true), "woken by the end");
    for (item, waiter) in (1..).zip(waiters) {
        assert_eq!(waiter.await, Err(SendError(item)), "after the last receiver");
    }
}

/// Receivers are cancelled while items come: the others get all of them.
async fn cancelled_children_and_a_stream_of_items<B: Backend>(backend: &B) {
    const ITEMS: u32 = 40;
    for capacity in [0, 1, 3] {
        let (sender, receiver) = backend.bounded(capacity);
        let received = Count::new();
        let result = backend
            .task_group(|group: Group<B>| {
                let received = received.clone();
                async move {
                    let mut doomed = Vec::new();
                    for child in 0..12 {
                        let (receiver, received) = (receiver.clone(), received.clone());
                        let handle = group.spawn(async move {
                            while receiver.recv().await.is_ok() {
                                received.up();
                            }
                        });
                        if child % 4 != 0 {
                            doomed.push(handle);
                        }
                    }
                    drop(receiver);
                    for item in 0..ITEMS {
                        assert_eq!(sender.send(item).await, Ok(()), "receivers are left");
                        if item % 4 == 0
                            && let Some(child) = doomed.pop()
                        {
                            child.cancel();
                        }
                    }
                    sender.close();
                    eventually!("all items arrive", received.get() == ITEMS as usize);
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group");
    }
}
