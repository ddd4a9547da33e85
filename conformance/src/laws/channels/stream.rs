//! H8: a receiver as a stream.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};
use futures_core::Stream;

use crate::laws::tools::{Alarm, attempt, step};
use crate::support::Group;

pub(super) fn h8<B: Backend + Toplevel>(backend: &B) {
    for capacity in [Some(0), Some(2), None] {
        backend.run(gives_all_and_ends(backend, capacity));
        backend.run(ends_while_it_waits(backend, capacity));
    }
    backend.run(ends_when_its_own_clone_closes(backend));
    backend.run(what_was_promised_passes_on(backend));
}

fn next<S: Stream + Unpin>(stream: &mut S) -> impl Future<Output = Option<S::Item>> + use<'_, S> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx))
}

fn channel<B: Backend>(backend: &B, capacity: Option<usize>) -> (B::Sender<u32>, B::Receiver<u32>) {
    match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    }
}

async fn gives_all_and_ends<B: Backend>(backend: &B, capacity: Option<usize>) {
    let (sender, mut receiver) = channel(backend, capacity);
    let mut items = Vec::new();
    let result = backend
        .task_group(|group: Group<B>| {
            group.spawn(async move {
                for item in 0..50 {
                    sender.send(item).await.expect("the receiver is open");
                }
            });
            async {
                while let Some(item) = next(&mut receiver).await {
                    items.push(item);
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "capacity {capacity:?}: the group");
    assert_eq!(items, (0..50).collect::<Vec<_>>(), "capacity {capacity:?}: the items");
    for _ in 0..3 {
        assert_eq!(next(&mut receiver).await, None, "capacity {capacity:?}: ended for ever");
    }
}

async fn ends_while_it_waits<B: Backend>(backend: &B, capacity: Option<usize>) {
    let (sender, mut receiver) = channel(backend, capacity);
    let alarm = Alarm::new();
    let mut waiting = Box::pin(next(&mut receiver));
    assert!(alarm.step(&mut waiting).await.is_pending(), "capacity {capacity:?}: it is empty");
    drop(sender);
    assert!(alarm.rung() > 0, "capacity {capacity:?}: the end woke nobody");
    assert_eq!(
        attempt(waiting).await,
        Some(None),
        "capacity {capacity:?}: the last sender is gone"
    );
}

async fn ends_when_its_own_clone_closes<B: Backend>(backend: &B) {
    let (sender, mut receiver) = backend.bounded(2);
    let mut other = receiver.clone();
    sender.send(1).await.expect("the receiver is open");
    receiver.close();
    assert_eq!(next(&mut receiver).await, None, "this clone is closed");
    assert_eq!(next(&mut other).await, Some(1), "the other clone is open");
}

/// An item that was promised to a stream that is dropped, or asked in another way, is not lost.
async fn what_was_promised_passes_on<B: Backend>(backend: &B) {
    let (sender, mut stream) = backend.bounded(2);
    let other = stream.clone();
    assert_eq!(step(&mut Box::pin(next(&mut stream))).await, Poll::Pending, "it is empty");
    let mut waiting = Box::pin(other.recv());
    assert!(step(&mut waiting).await.is_pending(), "it is empty");
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    drop(stream);
    assert_eq!(attempt(waiting).await, Some(Ok(1)), "what was promised to the stream");

    let mut stream = other;
    assert_eq!(step(&mut Box::pin(next(&mut stream))).await, Poll::Pending, "it is empty");
    assert_eq!(sender.try_send(2), Ok(()), "an empty channel");
    assert_eq!(attempt(stream.recv()).await, Some(Ok(2)), "what was promised to itself");
    assert_eq!(sender.try_send(3), Ok(()), "an empty channel");
    assert_eq!(attempt(next(&mut stream)).await, Some(Some(3)), "a stream again");
}
