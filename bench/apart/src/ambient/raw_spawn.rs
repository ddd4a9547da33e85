//! Tasks that nobody joins, and a count of those that have not run.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyrt::AnyBackend;
use anyrt_core::{Driver, ErasedBackend};
use tokio::sync::Notify;

use super::here;

/// The backend that was chosen at run time.
pub(super) fn any() -> AnyBackend {
    erased().into()
}

/// One whose type is not known.
pub(super) fn erased() -> ErasedBackend {
    ErasedBackend::new(here())
}

/// Wakes who waits when all tasks have run.
#[derive(Clone)]
struct Latch(Arc<(AtomicUsize, Notify)>);

impl Latch {
    fn new(tasks: usize) -> Self {
        Self(Arc::new((AtomicUsize::new(tasks), Notify::new())))
    }

    fn task(&self) -> impl Future<Output = ()> + Send + 'static {
        let Self(latch) = self.clone();
        async move {
            if latch.0.fetch_sub(1, Ordering::AcqRel) == 1 {
                latch.1.notify_one();
            }
        }
    }
}

pub(super) async fn through<D: Driver>(find: fn() -> D, tasks: usize) -> f64 {
    let driver = find();
    run(tasks, |latch| driver.spawn(latch.task())).await
}

pub(super) async fn native(tasks: usize) -> f64 {
    run(tasks, |latch| {
        tokio::spawn(latch.task());
    })
    .await
}

async fn run(tasks: usize, spawn: impl Fn(&Latch)) -> f64 {
    let latch = Latch::new(tasks);
    let start = Instant::now();
    for _ in 0..tasks {
        spawn(&latch);
    }
    latch.0.1.notified().await;
    start.elapsed().as_secs_f64()
}
