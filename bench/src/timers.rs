//! Setting timers and cancelling them, which is what becomes of most timeouts.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use anyrt_async_std::AsyncStdBackend;
use anyrt_core::prelude::*;
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;

use crate::backend::Backend;
use crate::current::Current;
use crate::work::{Contest, Place, Running, Work, must_succeed, whole};

/// Longer than anything takes here.
const LONG: Duration = Duration::from_secs(60);

/// How many are set at once where there are many.
const AT_ONCE: usize = 10_000;

/// The timers of a runtime.
trait Native: 'static {
    type Backend: Current;
    const BACKEND: Backend;
    const NAMES: Names;

    fn sleep() -> impl Future<Output: Send> + Send;
}

struct Names {
    explicit: &'static str,
    native: &'static str,
}

struct Tokio;

impl Native for Tokio {
    type Backend = TokioBackend;
    const BACKEND: Backend = Backend::Tokio;
    const NAMES: Names = Names { explicit: "TokioBackend::sleep", native: "tokio::time::sleep" };

    fn sleep() -> impl Future<Output: Send> + Send {
        tokio::time::sleep(LONG)
    }
}

struct Smol;

impl Native for Smol {
    type Backend = SmolBackend;
    const BACKEND: Backend = Backend::Smol;
    const NAMES: Names = Names { explicit: "SmolBackend::sleep", native: "smol::Timer" };

    fn sleep() -> impl Future<Output: Send> + Send {
        smol::Timer::after(LONG)
    }
}

struct AsyncStd;

impl Native for AsyncStd {
    type Backend = AsyncStdBackend;
    const BACKEND: Backend = Backend::AsyncStd;
    const NAMES: Names =
        Names { explicit: "AsyncStdBackend::sleep", native: "async_std::task::sleep" };

    fn sleep() -> impl Future<Output: Send> + Send {
        async_std::task::sleep(LONG)
    }
}

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    [
        on::<Tokio>(1_000_000 / scale),
        on::<Smol>(1_000_000 / scale),
        on::<AsyncStd>(1_000_000 / scale),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn on<N: Native>(timers: usize) -> Vec<Contest> {
    let Names { explicit, native } = N::NAMES;
    let one = [
        Work { name: "anyrt::sleep", run: |timers| facade::<One>(timers) },
        Work { name: explicit, run: |timers| explicitly::<N, One>(timers) },
        Work { name: native, run: |timers| natively::<N, One>(timers) },
    ];
    let many = [
        Work { name: "anyrt::sleep", run: |timers| facade::<Many>(timers) },
        Work { name: explicit, run: |timers| explicitly::<N, Many>(timers) },
        Work { name: native, run: |timers| natively::<N, Many>(timers) },
    ];
    [("timers", one), ("timers-many", many)]
        .into_iter()
        .flat_map(|(job, [facade, explicit, native])| {
            [native, facade, explicit].map(|ours| Contest::new(job, ours, native, timers))
        })
        .map(|contest| contest.at(Place::Own(N::BACKEND)))
        .collect()
}

/// How many timers there are at once.
trait Crowd: 'static {
    fn set_and_cancel<F: Future + Send>(
        timers: usize,
        sleep: impl Fn() -> F + Send,
    ) -> impl Future<Output = ()> + Send;
}

/// Each is cancelled before the next is set.
struct One;

impl Crowd for One {
    async fn set_and_cancel<F: Future + Send>(timers: usize, sleep: impl Fn() -> F + Send) {
        for _ in 0..timers {
            let mut timer = pin!(sleep());
            poll_fn(|cx| set(timer.as_mut(), cx)).await;
        }
    }
}

/// Many are set, each in a box of its own, and then all are cancelled.
struct Many;

impl Crowd for Many {
    async fn set_and_cancel<F: Future + Send>(timers: usize, sleep: impl Fn() -> F + Send) {
        let mut wave = Vec::with_capacity(AT_ONCE);
        for _ in 0..timers / AT_ONCE {
            for _ in 0..AT_ONCE {
                let mut timer = Box::pin(sleep());
                poll_fn(|cx| set(timer.as_mut(), cx)).await;
                wave.push(timer);
            }
            wave.clear();
        }
    }
}

/// A timer is set when it is first polled.
fn set<F: Future>(timer: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<()> {
    assert!(timer.poll(cx).is_pending(), "nothing here takes as long as the timers");
    Poll::Ready(())
}

fn natively<N: Native, C: Crowd>(timers: usize) -> Running {
    whole(C::set_and_cancel(timers, N::sleep))
}

fn facade<C: Crowd>(timers: usize) -> Running {
    let done = anyrt::task_group(move |group: anyrt::TaskGroup| async move {
        group.spawn(C::set_and_cancel(timers, || anyrt::sleep(LONG)));
    });
    whole(async { must_succeed(done.await) })
}

fn explicitly<N: Native, C: Crowd>(timers: usize) -> Running {
    whole(async move {
        let here = N::Backend::here();
        let sleeper = here.clone();
        let body = move |group: <N::Backend as anyrt_core::Backend>::TaskGroup<Infallible>| async move {
            group.spawn(C::set_and_cancel(timers, move || sleeper.sleep(LONG)));
        };
        must_succeed(here.task_group(body).await);
    })
}
