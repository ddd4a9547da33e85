//! A limit of time around something that ends before it: at once, after a yield, after a sleep.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::backend::Backend;
use crate::current::Current;
use crate::work::{Contest, Place, Work, must_succeed, whole, yield_once};

/// Longer than anything takes here.
const LIMIT: Duration = Duration::from_secs(60);

/// As short as tokio's timer can tell.
const NAP: Duration = Duration::from_millis(1);

/// What runs under the limit.
trait Inner: 'static {
    /// How many wait beside each other, in one task.
    const AT_ONCE: usize = 1;

    fn run<N: Native>() -> impl Future<Output = ()> + Send;
}

struct Ready;

impl Inner for Ready {
    async fn run<N: Native>() {}
}

struct Yield;

impl Inner for Yield {
    fn run<N: Native>() -> impl Future<Output = ()> + Send {
        yield_once()
    }
}

/// The runtime's own sleep for all, so that only the limit differs.
struct Sleep;

impl Inner for Sleep {
    const AT_ONCE: usize = 1_000;

    fn run<N: Native>() -> impl Future<Output = ()> + Send {
        N::nap()
    }
}

/// What a runtime has of its own.
trait Native: 'static {
    type Backend: Current;

    fn nap() -> impl Future<Output = ()> + Send;

    /// Whether the future ended within the limit.
    fn limit(future: impl Future<Output = ()> + Send) -> impl Future<Output = bool> + Send;
}

struct Tokio;

impl Native for Tokio {
    type Backend = TokioBackend;

    fn nap() -> impl Future<Output = ()> + Send {
        tokio::time::sleep(NAP)
    }

    async fn limit(future: impl Future<Output = ()> + Send) -> bool {
        tokio::time::timeout(LIMIT, future).await.is_ok()
    }
}

struct Smol;

impl Native for Smol {
    type Backend = SmolBackend;

    async fn nap() {
        smol::Timer::after(NAP).await;
    }

    async fn limit(future: impl Future<Output = ()> + Send) -> bool {
        let in_time = async {
            future.await;
            true
        };
        let too_late = async {
            smol::Timer::after(LIMIT).await;
            false
        };
        smol::future::or(in_time, too_late).await
    }
}

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    [
        job::<Ready>("fail-after-ready", 1_000_000 / scale),
        job::<Yield>("fail-after-yield", 200_000 / scale),
        job::<Sleep>("fail-after-sleep", 100_000 / scale),
    ]
    .concat()
}

fn job<I: Inner>(job: &'static str, amount: usize) -> Vec<Contest> {
    [on_tokio::<I>(job, amount), on_smol::<I>(job, amount)].concat()
}

fn on_tokio<I: Inner>(job: &'static str, amount: usize) -> [Contest; 3] {
    let facade = Work { name: "anyrt::fail_after", run: |times| whole(facade::<Tokio, I>(times)) };
    let explicit =
        Work { name: "TokioBackend::fail_after", run: |times| whole(explicit::<Tokio, I>(times)) };
    let peer = Work { name: "tokio::time::timeout", run: |times| whole(native::<Tokio, I>(times)) };
    let contest = |ours| Contest::new(job, ours, peer, amount).at_most(1.0);
    [Contest::noise(job, peer, amount), contest(facade), contest(explicit)]
}

fn on_smol<I: Inner>(job: &'static str, amount: usize) -> [Contest; 3] {
    let facade = Work { name: "anyrt::fail_after", run: |times| whole(facade::<Smol, I>(times)) };
    let explicit =
        Work { name: "SmolBackend::fail_after", run: |times| whole(explicit::<Smol, I>(times)) };
    let peer = Work { name: "smol::future::or", run: |times| whole(native::<Smol, I>(times)) };
    [peer, facade, explicit]
        .map(|ours| Contest::new(job, ours, peer, amount).at(Place::Own(Backend::Smol)))
}

async fn native<N: Native, I: Inner>(times: usize) {
    waves::<I, _>(times, || N::limit(I::run::<N>())).await;
}

async fn facade<N: Native, I: Inner>(times: usize) {
    let limited = || async { anyrt::fail_after(LIMIT, I::run::<N>()).await.is_ok() };
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        group.spawn(waves::<I, _>(times, limited));
    });
    must_succeed(done.await);
}

async fn explicit<N: Native, I: Inner>(times: usize) {
    let here = N::Backend::here();
    let backend = here.clone();
    let body = |group: <N::Backend as anyrt_core::Backend>::TaskGroup<Infallible>| async move {
        group.spawn(async move {
            waves::<I, _>(times, || async {
                backend.fail_after(LIMIT, I::run::<N>()).await.is_ok()
            })
            .await;
        });
    };
    must_succeed(here.task_group(body).await);
}

/// Does it so many times, as many at once as wait beside each other.
async fn waves<I: Inner, F: Future<Output = bool>>(times: usize, make: impl Fn() -> F) {
    for _ in 0..times / I::AT_ONCE {
        if I::AT_ONCE == 1 {
            assert!(make().await, "nothing here takes as long as the limit");
        } else {
            let wave: FuturesUnordered<_> = (0..I::AT_ONCE).map(|_| make()).collect();
            assert!(wave.all(ready).await, "nothing here takes as long as the limit");
        }
    }
}
