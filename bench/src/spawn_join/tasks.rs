//! Tasks of a runtime, and what others have put around them.

use std::future::Future;

use async_executors::TokioTp;
use async_nursery::{NurseExt, Nursery};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const NO_PANIC: &str = "no child panics";

pub(super) async fn join_set<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut set = JoinSet::new();
    for _ in 0..children {
        set.spawn(child());
    }
    while let Some(joined) = set.join_next().await {
        joined.expect(NO_PANIC);
    }
}

pub(super) async fn spawn<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let handles: Vec<_> = (0..children).map(|_| tokio::spawn(child())).collect();
    for handle in handles {
        handle.await.expect(NO_PANIC);
    }
}

/// Each child can be cancelled, as ours can.
pub(super) async fn tracker<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (tracker, token) = (TaskTracker::new(), CancellationToken::new());
    for _ in 0..children {
        tracker.spawn(token.clone().run_until_cancelled_owned(child()));
    }
    tracker.close();
    tracker.wait().await;
}

pub(super) async fn nursery<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let tokio = TokioTp::try_current().expect("the job runs on tokio");
    let (nursery, outputs) = Nursery::new(tokio);
    for _ in 0..children {
        nursery.nurse(child()).expect("it is open");
    }
    // Without this it would wait for ever.
    drop(nursery);
    outputs.await;
}

pub(super) async fn smol_spawn<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let tasks: Vec<_> = (0..children).map(|_| smol::spawn(child())).collect();
    for task in tasks {
        task.await;
    }
}
