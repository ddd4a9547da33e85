//! The ways to do the job: spawn many children that yield once, and join them all.
//!
//! A new row is one function here and one line in [`WORKS`].

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use anyrt_core::{Backend, error::GroupError};
use anyrt_tokio::TokioBackend;
use tokio::task::JoinSet;

/// One way to do the job.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// Does it with so many children.
    pub(crate) run: fn(usize) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// What the others are compared with.
pub(crate) const BASELINE: Work =
    Work { name: "tokio::task::JoinSet", run: |children| Box::pin(join_set(children)) };

/// The rows of the table.
pub(crate) const WORKS: &[Work] = &[
    Work { name: "tokio::task::JoinSet (noise)", ..BASELINE },
    Work { name: "anyrt::task_group", run: |children| Box::pin(facade(children)) },
    Work { name: "TokioBackend::task_group", run: |children| Box::pin(explicit(children)) },
];

async fn join_set(children: usize) {
    let mut set = JoinSet::new();
    for _ in 0..children {
        set.spawn(yield_once());
    }
    while let Some(joined) = set.join_next().await {
        joined.expect("a child that only yields does not panic");
    }
}

async fn facade(children: usize) {
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        for _ in 0..children {
            group.spawn(yield_once());
        }
    });
    must_succeed(done.await);
}

async fn explicit(children: usize) {
    let tokio = TokioBackend::current().expect("the job runs on tokio");
    let body = |group: <TokioBackend as Backend>::TaskGroup<Infallible>| async move {
        for _ in 0..children {
            group.spawn(yield_once());
        }
    };
    must_succeed(tokio.task_group(body).await);
}

fn must_succeed(done: Result<(), GroupError<Infallible>>) {
    done.expect("a group of children that only yield ends well");
}

/// Goes to the end of the runtime's queue once; the same future for all, so that only the
/// bookkeeping differs.
async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
