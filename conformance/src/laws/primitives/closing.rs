//! P6: closing, where every checkpoint is cut.

use anyrt_core::error::{Closed, Reason, SendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, attempt, past, step};
use crate::support::{Group, OnDrop, on_drop};

pub(super) fn p6<B: Backend + Toplevel>(backend: &B) {
    for capacity in [Some(0), Some(1), None] {
        backend.run(in_a_cancelled_scope(backend, capacity));
        backend.run(under_a_past_deadline(backend, capacity));
        backend.run(in_a_cancelled_child(backend, capacity));
        backend.run(while_it_unwinds(backend, capacity));
    }
}

fn channel<B: Backend>(backend: &B, capacity: Option<usize>) -> (B::Sender<i32>, B::Receiver<i32>) {
    match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    }
}

/// Both ends are as if they had been closed elsewhere; the closed clone is still there.
async fn expect_closed<B: Backend>(
    context: &str,
    from_sender: (&B::Sender<i32>, &B::Receiver<i32>),
    from_receiver: (&B::Sender<i32>, &B::Receiver<i32>),
) {
    let received = attempt(from_sender.1.recv()).await;
    assert_eq!(received, Some(Err(Closed)), "{context}: a closed sender's channel");
    let sent = attempt(from_sender.0.send(1)).await;
    assert_eq!(sent, Some(Err(SendError(1))), "{context}: the closed sender");
    let sent = attempt(from_receiver.0.send(2)).await;
    assert_eq!(sent, Some(Err(SendError(2))), "{context}: a closed receiver's channel");
    let received = attempt(from_receiver.1.recv()).await;
    assert_eq!(received, Some(Err(Closed)), "{context}: the closed receiver");
}

async fn in_a_cancelled_scope<B: Backend>(backend: &B, capacity: Option<usize>) {
    let context = &format!("capacity {capacity:?}, a cancelled scope");
    let (ours, theirs) = (channel(backend, capacity), channel(backend, capacity));
    let alarm = Alarm::new();
    let mut waiting = Box::pin(ours.1.recv());
    assert!(alarm.step(&mut waiting).await.is_pending(), "{context}: an empty channel");
    let scope = backend.cancel_scope();
    scope.handle().cancel();
    let closed = scope.run(async {
        ours.0.close();
        theirs.1.close();
    });
    assert_eq!(closed.await, Ok(()), "{context}: closing is no checkpoint");
    assert!(alarm.rung() > 0, "{context}: a receiver that waits was not woken");
    assert_eq!(attempt(waiting).await, Some(Err(Closed)), "{context}: a receiver that waits");
    expect_closed::<B>(context, (&ours.0, &ours.1), (&theirs.0, &theirs.1)).await;
}

async fn under_a_past_deadline<B: Backend>(backend: &B, capacity: Option<usize>) {
    let context = &format!("capacity {capacity:?}, a past deadline");
    let (ours, theirs) = (channel(backend, capacity), channel(backend, capacity));
    let closed = backend.fail_at(past(backend), async {
        ours.0.close();
        theirs.1.close();
    });
    assert!(closed.await.is_ok(), "{context}: closing is no checkpoint");
    expect_closed::<B>(context, (&ours.0, &ours.1), (&theirs.0, &theirs.1)).await;
}

async fn in_a_cancelled_child<B: Backend>(backend: &B, capacity: Option<usize>) {
    let context = &format!("capacity {capacity:?}, a cancelled group");
    let (ours, theirs) = (channel(backend, capacity), channel(backend, capacity));
    let (sender, receiver) = (ours.0.clone(), theirs.1.clone());
    // One clone each, so that the child closes the last one.
    let result = backend
        .task_group(|group: Group<B>| {
            group.cancel_with(Reason::Requested);
            let (sender, receiver) = (sender.clone(), receiver.clone());
            group.spawn(async move {
                sender.close();
                receiver.close();
            });
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "{context}: closing is no checkpoint");
    sender.close();
    receiver.close();
    let open = (attempt(ours.1.recv()).await, attempt(theirs.0.send(3)).await);
    assert_ne!(open.0, Some(Err(Closed)), "{context}: our own sender is open");
    assert_ne!(open.1, Some(Err(SendError(3))), "{context}: our own receiver is open");
    ours.0.close();
    theirs.1.close();
    expect_closed::<B>(context, (&ours.0, &ours.1), (&theirs.0, &theirs.1)).await;
}

/// A destructor closes while the cancellation drops what is around it.
async fn while_it_unwinds<B: Backend>(backend: &B, capacity: Option<usize>) {
    let context = &format!("capacity {capacity:?}, a destructor");
    let (ours, theirs) = (channel(backend, capacity), channel(backend, capacity));
    let closing: OnDrop<_> = on_drop(|| {
        ours.0.close();
        theirs.1.close();
    });
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(async {
        let _closing = closing;
        std::future::pending::<()>().await;
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: a body that never ends");
    handle.cancel();
    assert!(attempt(run).await.is_some_and(|ended| ended.is_err()), "{context}: it is cut");
    expect_closed::<B>(context, (&ours.0, &ours.1), (&theirs.0, &theirs.1)).await;
}
