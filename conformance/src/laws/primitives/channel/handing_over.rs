//! P2: an item or a place was promised, and then comes the cancellation.

use anyrt_core::error::TrySendError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::EMPTY;
use crate::laws::tools::{Alarm, Source, step};

pub(in super::super) fn p2<B: Backend + Toplevel>(backend: &B) {
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
