//! Spawning many children, and joining them all.
//!
//! A new peer is one function in `spawn_join/`, and one line here.

mod child;
mod in_one_task;
mod ours;
mod tasks;

use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;

use crate::backend::Backend;
use crate::work::{Contest, Place, Work, whole};
use child::{Child, Nap, Ready, Yield};

/// The rows of the table.
pub(crate) fn contests(children: usize) -> Vec<Contest> {
    [
        on_tokio::<Ready>("spawn-join-ready", children),
        on_smol::<Ready>("spawn-join-ready", children),
        on_tokio::<Yield>("spawn-join-yield", children),
        on_smol::<Yield>("spawn-join-yield", children),
        on_tokio::<Nap>("spawn-join-sleep", children),
        on_smol::<Nap>("spawn-join-sleep", children),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn on_tokio<C: Child>(job: &'static str, children: usize) -> Vec<Contest> {
    let facade =
        Work { name: "anyrt::task_group", run: |children| whole(ours::facade::<C>(children)) };
    let explicit = Work {
        name: "TokioBackend::task_group",
        run: |children| whole(ours::explicit::<TokioBackend, C>(children)),
    };
    let join_set = Work {
        name: "tokio::task::JoinSet",
        run: |children| whole(tasks::join_set(children, C::on_tokio)),
    };
    let spawn =
        Work { name: "tokio::spawn", run: |children| whole(tasks::spawn(children, C::on_tokio)) };
    let tracker = Work {
        name: "TaskTracker with a token",
        run: |children| whole(tasks::tracker(children, C::on_tokio)),
    };
    let nursery = Work {
        name: "async_nursery",
        run: |children| whole(tasks::nursery(children, C::on_tokio)),
    };
    let unordered = Work {
        name: "FuturesUnordered",
        run: |children| whole(in_one_task::unordered(children, C::on_tokio)),
    };
    let group = Work {
        name: "futures_concurrency",
        run: |children| whole(in_one_task::group(children, C::on_tokio)),
    };
    let contest = |ours, peer| Contest::new(job, ours, peer, children);
    [
        Contest::noise(job, join_set, children),
        contest(facade, join_set).at_most_by_threads(1.0, 0.85),
        contest(explicit, join_set).at_most_by_threads(1.0, 0.85),
        contest(facade, spawn).at_most(1.4),
        contest(facade, tracker),
        contest(facade, nursery),
        contest(facade, unordered),
        contest(facade, group),
    ]
    .map(|contest| contest.at(Place::Own(Backend::Tokio)))
    .to_vec()
}

fn on_smol<C: Child>(job: &'static str, children: usize) -> Vec<Contest> {
    let facade =
        Work { name: "anyrt::task_group", run: |children| whole(ours::facade::<C>(children)) };
    let explicit = Work {
        name: "SmolBackend::task_group",
        run: |children| whole(ours::explicit::<SmolBackend, C>(children)),
    };
    let spawn = Work {
        name: "smol::spawn",
        run: |children| whole(tasks::smol_spawn(children, C::on_smol)),
    };
    let contest = |ours| Contest::new(job, ours, spawn, children).at_most(1.2);
    [Contest::noise(job, spawn, children), contest(facade), contest(explicit)]
        .map(|contest| contest.at(Place::Own(Backend::Smol)))
        .to_vec()
}
