//! A limit of time around something that ends before it: at once, after a yield, after a sleep.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::time::Duration;

use anyrt_core::Backend;
use anyrt_tokio::TokioBackend;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::work::{Contest, Work, must_succeed, yield_once};

/// Longer than anything takes here.
const LIMIT: Duration = Duration::from_secs(60);

/// As short as tokio's timer can tell.
const NAP: Duration = Duration::from_millis(1);

/// What runs under the limit.
trait Inner: 'static {
    /// How many wait beside each other, in one task.
    const AT_ONCE: usize = 1;

    fn run() -> impl Future<Output = ()> + Send;
}

struct Ready;

impl Inner for Ready {
    async fn run() {}
}

struct Yield;

impl Inner for Yield {
    fn run() -> impl Future<Output = ()> + Send {
        yield_once()
    }
}

/// The runtime's own sleep for all, so that only the limit differs.
struct Sleep;

impl Inner for Sleep {
    const AT_ONCE: usize = 1_000;

    fn run() -> impl Future<Output = ()> + Send {
        tokio::time::sleep(NAP)
    }
}

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    [
        job::<Ready>("fail-after-ready", 1_000_000 / scale),
        job::<Yield>("fail-after-yield", 200_000 / scale),
        job::<Sleep>("fail-after-sleep", 100_000 / scale),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn job<I: Inner>(job: &'static str, amount: usize) -> [Contest; 3] {
    let peer = Work { name: "tokio::time::timeout", run: |times| Box::pin(native::<I>(times)) };
    let facade = Work { name: "anyrt::fail_after", run: |times| Box::pin(facade::<I>(times)) };
    let explicit =
        Work { name: "TokioBackend::fail_after", run: |times| Box::pin(explicit::<I>(times)) };
    let contest = |ours| Contest { job, ours, peer, amount, target: Some(1.0), seconds: None };
    [Contest::noise(job, peer, amount), contest(facade), contest(explicit)]
}

async fn native<I: Inner>(times: usize) {
    waves::<I, _>(times, || async { tokio::time::timeout(LIMIT, I::run()).await.is_ok() }).await;
}

async fn facade<I: Inner>(times: usize) {
    let limited = || async { anyrt::fail_after(LIMIT, I::run()).await.is_ok() };
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        group.spawn(waves::<I, _>(times, limited));
    });
    must_succeed(done.await);
}

async fn explicit<I: Inner>(times: usize) {
    let tokio = TokioBackend::current().expect("the job runs on tokio");
    let body = |group: <TokioBackend as Backend>::TaskGroup<Infallible>| async move {
        group.spawn(async move {
            let tokio = TokioBackend::current().expect("the job runs on tokio");
            waves::<I, _>(times, || async { tokio.fail_after(LIMIT, I::run()).await.is_ok() })
                .await;
        });
    };
    must_succeed(tokio.task_group(body).await);
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
