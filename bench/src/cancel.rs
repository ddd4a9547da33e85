//! Cancelling many children that are parked, and waiting until they are gone.
//!
//! What counts is the time from the cancellation on: the children have been spawned and polled by then.

use std::convert::Infallible;
use std::time::Instant;

use anyrt_bench_apart::parking::Parking;
use anyrt_core::prelude::*;
use anyrt_tokio::TokioBackend;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backend::Backend;
use crate::current::Current;
use crate::work::{Contest, Place, Work, must_succeed, part};

/// The rows of the table.
pub(crate) fn contests(children: usize) -> Vec<Contest> {
    let job = "cancel";
    let facade = Work { name: "anyrt::task_group", run: |children| part(facade(children)) };
    let explicit =
        Work { name: "TokioBackend::task_group", run: |children| part(explicit(children)) };
    let join_set = Work { name: "JoinSet::shutdown", run: |children| part(join_set(children)) };
    let tracker =
        Work { name: "TaskTracker with a token", run: |children| part(tracker(children)) };
    let contest = |ours, peer| Contest::new(job, ours, peer, children);
    [
        Contest::noise(job, join_set, children),
        contest(facade, join_set).at_most(0.85),
        contest(explicit, join_set).at_most(0.85),
        contest(facade, tracker),
    ]
    .map(|contest| contest.at(Place::Own(Backend::Tokio)))
    .to_vec()
}

async fn facade(children: usize) -> f64 {
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        let parking = Parking::new(children);
        for _ in 0..children {
            group.spawn(parking.child());
        }
        parking.is_full().await;
        let start = Instant::now();
        group.cancel();
        Ok(start)
    });
    must_succeed(done.await).elapsed().as_secs_f64()
}

async fn explicit(children: usize) -> f64 {
    let body = |group: <TokioBackend as anyrt_core::Backend>::TaskGroup<Infallible>| async move {
        let parking = Parking::new(children);
        for _ in 0..children {
            group.spawn(parking.child());
        }
        parking.is_full().await;
        let start = Instant::now();
        group.cancel();
        Ok(start)
    };
    must_succeed(TokioBackend::here().task_group(body).await).elapsed().as_secs_f64()
}

async fn join_set(children: usize) -> f64 {
    let (mut set, parking) = (JoinSet::new(), Parking::new(children));
    for _ in 0..children {
        set.spawn(parking.child());
    }
    parking.is_full().await;
    let start = Instant::now();
    set.shutdown().await;
    start.elapsed().as_secs_f64()
}

async fn tracker(children: usize) -> f64 {
    let (tracker, token, parking) =
        (TaskTracker::new(), CancellationToken::new(), Parking::new(children));
    for _ in 0..children {
        tracker.spawn(token.clone().run_until_cancelled_owned(parking.child()));
    }
    parking.is_full().await;
    let start = Instant::now();
    token.cancel();
    tracker.close();
    tracker.wait().await;
    start.elapsed().as_secs_f64()
}
