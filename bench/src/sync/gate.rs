//! Passing a semaphore or a mutex: by one task alone, or by many that get into each other's way.

use std::future::{Future, ready};
use std::sync::Arc;

use super::tasks::Tasks;
use crate::work::{Work, whole, yield_once};

/// Something that lets only so many in at once.
pub(super) trait Gate: Send + Sync + Sized + 'static {
    const NAME: &'static str;
    type Tasks: Tasks;

    /// A mutex has one, whatever it is told.
    fn new(permits: usize) -> Self;

    /// Waits to be let in, does what is to be done inside, and leaves.
    fn pass<F>(&self, inside: F) -> impl Future<Output = ()> + Send
    where
        F: Future<Output = ()> + Send;
}

/// One task passes again and again, and nobody else.
pub(super) fn uncontended<G: Gate>() -> Work {
    async fn run<G: Gate>(passes: usize) {
        let task = async move {
            let gate = G::new(1);
            for _ in 0..passes {
                gate.pass(ready(())).await;
            }
        };
        G::Tasks::run(vec![task], NOBODY).await;
    }
    Work { name: G::NAME, run: |passes| whole(run::<G>(passes)) }
}

/// So many tasks pass, and yield inside, so that all but `PERMITS` of them wait.
pub(super) fn contended<G: Gate, const TASKS: usize, const PERMITS: usize>() -> Work {
    async fn run<G: Gate, const TASKS: usize, const PERMITS: usize>(passes: usize) {
        let gate = Arc::new(G::new(PERMITS));
        let task = |_| {
            let gate = gate.clone();
            async move {
                for _ in 0..passes / TASKS {
                    gate.pass(yield_once()).await;
                }
            }
        };
        G::Tasks::run((0..TASKS).map(task).collect(), NOBODY).await;
    }
    Work { name: G::NAME, run: |passes| whole(run::<G, TASKS, PERMITS>(passes)) }
}

/// No tasks of the second kind.
const NOBODY: Vec<std::future::Ready<()>> = Vec::new();
