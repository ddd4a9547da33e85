//! P1: nothing to, and nothing from, a cancelled waiter of a channel.

use anyrt_core::error::TrySendError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::EMPTY;
use crate::laws::tools::{Event, Source, attempt, parked, step};
use crate::support::Group;

pub(in super::super) fn p1<B: Backend + Toplevel>(backend: &B) {
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
