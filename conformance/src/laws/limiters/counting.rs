//! L1: as many as there are permits, and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Random, eventually, seed};
use crate::support::{Group, turns};

pub(super) fn l1<B: Backend + Toplevel>(backend: &B) {
    for (limit, tasks) in [(1, 10), (3, 30), (8, 60), (40, 30)] {
        backend.run(peaks_at_the_limit(backend, limit, tasks));
    }
    backend.run(no_more_while_all_are_held(backend));
    let seed = seed();
    for round in 0..4 {
        backend.run(with_weights_and_cancellation(backend, seed.wrapping_add(round)));
    }
}

/// Counts what is in use at once, and the most that it ever was.
#[derive(Default)]
struct Meter {
    now: AtomicUsize,
    peak: AtomicUsize,
    done: AtomicUsize,
}

impl Meter {
    fn enter(&self, weight: usize) -> Inside<'_> {
        let now = self.now.fetch_add(weight, Ordering::SeqCst) + weight;
        self.peak.fetch_max(now, Ordering::SeqCst);
        Inside(self, weight)
    }
}

struct Inside<'a>(&'a Meter, usize);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(self.1, Ordering::SeqCst);
    }
}

async fn peaks_at_the_limit<B: Backend>(backend: &B, limit: usize, tasks: usize) {
    let expected = limit.min(tasks);
    let permits = backend.semaphore(limit);
    let meter = Arc::new(Meter::default());
    let result = backend
        .task_group(|group: Group<B>| {
            for _ in 0..tasks {
                let (backend, permits, meter) = (backend.clone(), permits.clone(), meter.clone());
                group.spawn(async move {
                    let permit = permits.acquire().await;
                    let inside = meter.enter(1);
                    // Whoever may come in at the same time does so, and some time to spare.
                    eventually!(
                        "as many tasks hold a permit as there are permits",
                        meter.peak.load(Ordering::SeqCst) >= expected
                    );
                    for _ in 0..5 {
                        backend.checkpoint().await;
                        turns(1).await;
                    }
                    drop(inside);
                    drop(permit);
                    meter.done.fetch_add(1, Ordering::SeqCst);
                });
            }
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    let peak = meter.peak.load(Ordering::SeqCst);
    assert_eq!(peak, expected, "{limit} permits, {tasks} tasks: so many were in at once");
    let done = meter.done.load(Ordering::SeqCst);
    assert_eq!(done, tasks, "{limit} permits, {tasks} tasks: so many finished");
    assert_eq!(permits.available(), limit, "{limit} permits: so many are left");
}

async fn no_more_while_all_are_held<B: Backend>(backend: &B) {
    for limit in [1, 2, 5] {
        let permits = backend.semaphore(limit);
        let other = permits.clone();
        let mut held = Vec::new();
        for free in (0..limit).rev() {
            let one = if free % 2 == 0 {
                permits.try_acquire().ok()
            } else {
                crate::laws::tools::attempt(other.acquire()).await
            };
            assert!(one.is_some(), "{limit} permits, {} free, but none for the next", free + 1);
            held.push(one);
            assert_eq!(other.available(), free, "{limit} permits: so many are free");
        }
        let mut more = Box::pin(permits.acquire());
        assert!(crate::laws::tools::step(&mut more).await.is_pending(), "one more than {limit}");
        assert!(other.try_acquire().is_err(), "one more than {limit}");
        drop(held);
        drop(more.await);
        assert_eq!(permits.available(), limit, "all came back");
    }
}

/// Tasks take one permit or several, are cancelled, or give up; no permit is lost or made.
async fn with_weights_and_cancellation<B: Backend>(backend: &B, seed: u64) {
    const LIMIT: usize = 4;
    let permits = backend.semaphore(LIMIT);
    let meter = Arc::new(Meter::default());
    let mut random = Random::new(seed);
    let result = backend
        .task_group(|group: Group<B>| {
            let (permits, meter) = (permits.clone(), meter.clone());
            async move {
                let mut children = Vec::new();
                for _ in 0..40 {
                    let (backend, permits, meter) =
                        (backend.clone(), permits.clone(), meter.clone());
                    let mut chance = Random::new(random.next());
                    children.push(group.spawn(async move {
                        for _ in 0..5 {
                            let weight = 1 + chance.below(LIMIT);
                            let mut acquiring = Box::pin(permits.acquire_many(weight));
                            if chance.below(3) == 0 {
                                let _ = crate::laws::tools::step(&mut acquiring).await;
                                turns(chance.below(3)).await;
                                continue;
                            }
                            let _permit = acquiring.await;
                            let _inside = meter.enter(weight);
                            turns(chance.below(3)).await;
                            backend.checkpoint().await;
                        }
                    }));
                    if random.below(2) == 0 {
                        let at = random.below(children.len());
                        children[at].cancel();
                    }
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "ANYRT_SEED={seed}: the group");
    let peak = meter.peak.load(Ordering::SeqCst);
    assert!(peak <= LIMIT, "ANYRT_SEED={seed}: {peak} permits of {LIMIT} were in use at once");
    let left = permits.available();
    assert_eq!(left, LIMIT, "ANYRT_SEED={seed}: of {LIMIT} permits so many came back");
}
