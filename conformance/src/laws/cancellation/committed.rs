//! C11: what is too late to be cut.

use anyrt_core::error::{TaskError, TryRecvError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Source, parked, step};
use crate::support::Group;

pub(super) fn c11<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(receive(backend, source, Some(1)));
        backend.run(receive(backend, source, None));
        backend.run(receive_by_rendezvous(backend, source));
        backend.run(send(backend, source));
        backend.run(send_by_rendezvous(backend, source));
        backend.run(then_cancelled_in_the_same_poll(backend, source));
    }
    backend.run(committed_completes(backend));
    backend.run(in_a_child(backend));
}

async fn receive<B: Backend>(backend: &B, source: Source, capacity: Option<usize>) {
    let (sender, receiver) = match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    };
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut waiting = Box::pin(scope.run(receiver.recv()));
    assert!(step(&mut waiting).await.is_pending(), "recv took from an empty channel");
    assert!(sender.try_send(7).is_ok(), "an empty channel took no item");
    source.cancel(backend, &handle).await;
    let result = waiting.await;
    assert_eq!(
        result,
        Ok(Ok(7)),
        "capacity {capacity:?}, cancelled from {source:?}: the item was there first"
    );
    assert!(handle.cancel_called() && !handle.cancelled_caught(), "it gave its value: {handle:?}");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty), "the item is there twice");
}

async fn receive_by_rendezvous<B: Backend>(backend: &B, source: Source) {
    let (sender, receiver) = backend.bounded(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut receiving = Box::pin(scope.run(receiver.recv()));
    assert!(step(&mut receiving).await.is_pending(), "recv took from nobody");
    let mut sending = Box::pin(sender.send(7));
    assert!(step(&mut sending).await.is_pending(), "sent before the receiver has the item");
    source.cancel(backend, &handle).await;
    let result = receiving.await;
    assert_eq!(result, Ok(Ok(7)), "cancelled from {source:?}: the sender had come first");
    assert_eq!(sending.await, Ok(()), "the item was received");
}

async fn send<B: Backend>(backend: &B, source: Source) {
    let (sender, receiver) = backend.bounded(1);
    assert!(sender.try_send(1).is_ok(), "an empty channel took no item");
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut waiting = Box::pin(scope.run(sender.send(2)));
    assert!(step(&mut waiting).await.is_pending(), "sent into a full channel");
    assert_eq!(receiver.try_recv(), Ok(1));
    source.cancel(backend, &handle).await;
    let result = waiting.await;
    assert_eq!(result, Ok(Ok(())), "cancelled from {source:?}: the place was free first");
    assert_eq!(receiver.try_recv(), Ok(2), "the item of a `send` that completed is not there");
}

async fn send_by_rendezvous<B: Backend>(backend: &B, source: Source) {
    let (sender, receiver) = backend.bounded(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut waiting = Box::pin(scope.run(sender.send(7)));
    assert!(step(&mut waiting).await.is_pending(), "sent to nobody");
    assert_eq!(receiver.recv().await, Ok(7));
    source.cancel(backend, &handle).await;
    let result = waiting.await;
    assert_eq!(result, Ok(Ok(())), "cancelled from {source:?}: the receiver had the item first");
}

async fn then_cancelled_in_the_same_poll<B: Backend>(backend: &B, source: Source) {
    let (sender, receiver) = backend.unbounded();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut body = Box::pin(scope.run(async {
        let item = receiver.recv().await;
        source.cancel(backend, &handle).await;
        item
    }));
    assert!(step(&mut body).await.is_pending(), "recv took from an empty channel");
    assert!(sender.try_send(7).is_ok(), "an unbounded channel took no item");
    let result = body.await;
    assert_eq!(result, Ok(Ok(7)), "cancelled from {source:?} after the last checkpoint");
    assert!(!handle.cancelled_caught(), "it gave its value: {handle:?}");
}

async fn in_a_child<B: Backend>(backend: &B) {
    for _ in 0..20 {
        let (sender, receiver) = backend.bounded(1);
        let result = backend
            .task_group(|group: Group<B>| async move {
                let waits = Event::new();
                let waiting = parked(&waits, async move { receiver.recv().await });
                let child = group.spawn(async move { Ok(waiting.await) });
                waits.wait().await;
                assert!(sender.try_send(7).is_ok(), "an empty channel took no item");
                child.cancel();
                let value: Result<_, TaskError> = child.await;
                assert!(
                    matches!(value, Ok(Ok(7))),
                    "a child whose item was there before it was cancelled gave {value:?}"
                );
            })
            .await;
        assert!(result.is_ok(), "the group gave {result:?}");
    }
}

pub(super) async fn committed_completes<B: Backend>(backend: &B) {
    for source in Source::ALL {
        let permits = backend.semaphore(0);
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut waiting = Box::pin(scope.run(permits.acquire()));
        assert!(step(&mut waiting).await.is_pending(), "acquire got a permit that is not there");
        permits.add_permits(1);
        source.cancel(backend, &handle).await;
        let result = waiting.await;
        assert!(
            result.is_ok(),
            "a permit that was granted before the cancellation from {source:?} was not delivered"
        );
        assert_eq!(permits.available(), 0, "the delivered permit is counted as free");
        drop(result);
        assert_eq!(permits.available(), 1, "the delivered permit did not come back");
        assert!(!handle.cancelled_caught(), "a scope that gave its value says that it caught");
    }
}
