//! Spawning many children that yield once, and joining them all.
//!
//! A new row is one function here and one line in [`contests`].

use std::convert::Infallible;

use anyrt_core::Backend;
use anyrt_tokio::TokioBackend;
use tokio::task::JoinSet;

use crate::work::{Contest, Work, must_succeed, yield_once};

const JOB: &str = "spawn-join";

const BASELINE: Work =
    Work { name: "tokio::task::JoinSet", run: |children| Box::pin(join_set(children)) };
const FACADE: Work = Work { name: "anyrt::task_group", run: |children| Box::pin(facade(children)) };
const EXPLICIT: Work =
    Work { name: "TokioBackend::task_group", run: |children| Box::pin(explicit(children)) };

/// The rows of the table.
pub(crate) fn contests(children: usize) -> Vec<Contest> {
    let contest = |ours| Contest { ours, ..Contest::noise(JOB, BASELINE, children) };
    vec![Contest::noise(JOB, BASELINE, children), contest(FACADE), contest(EXPLICIT)]
}

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
