//! Each call in three ways. Ours run in a child of a group, as in a program.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyrt_core::Backend;
use anyrt_tokio::TokioBackend;
use tokio::task::JoinSet;

use super::here;
use crate::work::must_succeed;

/// How many children a group has: few enough for their memory not to count.
const CHILDREN: usize = 100;

/// Longer than anything takes here.
const LONG: Duration = Duration::from_secs(60);

const OPEN: &str = "nobody closes it";

/// Runs it in a child of the facade's group.
async fn in_child(work: impl Future<Output = ()> + Send + 'static) {
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        group.spawn(work);
    });
    must_succeed(done.await);
}

/// Runs it in a child of the backend's group.
async fn in_explicit_child<F>(work: impl FnOnce(TokioBackend) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let work = work(here());
    let body = |group: <TokioBackend as Backend>::TaskGroup<Infallible>| async move {
        group.spawn(work);
    };
    must_succeed(here().task_group(body).await);
}

pub(super) async fn spawn(times: usize) {
    in_child(async move {
        for _ in 0..times / CHILDREN {
            let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
                for _ in 0..CHILDREN {
                    group.spawn(async {});
                }
            });
            must_succeed(done.await);
        }
    })
    .await;
}

pub(super) async fn explicit_spawn(times: usize) {
    in_explicit_child(|backend| async move {
        for _ in 0..times / CHILDREN {
            let body = |group: <TokioBackend as Backend>::TaskGroup<Infallible>| async move {
                for _ in 0..CHILDREN {
                    group.spawn(async {});
                }
            };
            must_succeed(backend.task_group(body).await);
        }
    })
    .await;
}

pub(super) async fn native_spawn(times: usize) {
    for _ in 0..times / CHILDREN {
        let mut set = JoinSet::new();
        for _ in 0..CHILDREN {
            set.spawn(async {});
        }
        while let Some(joined) = set.join_next().await {
            joined.expect("no child panics");
        }
    }
}

/// Sets a timer, and cancels it.
async fn poll_once(timer: impl Future + Send) {
    let mut timer = pin!(timer);
    poll_fn(|cx| {
        assert!(timer.as_mut().poll(cx).is_pending(), "nothing here takes as long as the timers");
        Poll::Ready(())
    })
    .await;
}

pub(super) async fn sleep(times: usize) {
    in_child(async move {
        for _ in 0..times {
            poll_once(anyrt::sleep(LONG)).await;
        }
    })
    .await;
}

pub(super) async fn explicit_sleep(times: usize) {
    in_explicit_child(|backend| async move {
        for _ in 0..times {
            poll_once(backend.sleep(LONG)).await;
        }
    })
    .await;
}

pub(super) async fn native_sleep(times: usize) {
    for _ in 0..times {
        poll_once(tokio::time::sleep(LONG)).await;
    }
}

pub(super) async fn semaphore(times: usize) {
    in_child(async move {
        let semaphore = Arc::new(anyrt::sync::Semaphore::new(1));
        for _ in 0..times {
            drop(semaphore.clone().acquire_owned().await);
        }
    })
    .await;
}

/// The permits of the contract are owned.
pub(super) async fn explicit_semaphore(times: usize) {
    in_explicit_child(|backend| async move {
        let semaphore = backend.semaphore(1);
        for _ in 0..times {
            drop(anyrt_core::Semaphore::acquire(&semaphore).await);
        }
    })
    .await;
}

pub(super) async fn native_semaphore(times: usize) {
    let semaphore = Arc::new(tokio::sync::Semaphore::new(1));
    for _ in 0..times {
        drop(semaphore.clone().acquire_owned().await.expect(OPEN));
    }
}

pub(super) async fn channel(times: usize) {
    in_child(async move {
        let (sender, receiver) = anyrt::channel::bounded(1);
        for item in 0..times {
            sender.send(item).await.expect(OPEN);
            receiver.recv().await.expect(OPEN);
        }
    })
    .await;
}

pub(super) async fn explicit_channel(times: usize) {
    in_explicit_child(|backend| async move {
        let (sender, receiver) = backend.bounded(1);
        for item in 0..times {
            anyrt_core::Sender::send(&sender, item).await.expect(OPEN);
            anyrt_core::Receiver::recv(&receiver).await.expect(OPEN);
        }
    })
    .await;
}

pub(super) async fn native_channel(times: usize) {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    for item in 0..times {
        sender.send(item).await.expect(OPEN);
        receiver.recv().await.expect(OPEN);
    }
}
