//! P3: a `send` or `recv` that is cut or dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::EMPTY;
use crate::laws::tools::{Source, attempt, step};

/// An item that counts how often it was dropped.
struct Counted(u32, Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

pub(in super::super) fn p3<B: Backend + Toplevel>(backend: &B) {
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
