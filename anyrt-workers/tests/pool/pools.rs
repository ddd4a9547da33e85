//! The pools under test: the crate's own, or with a fault.

use std::future::Future;

use anyrt::Cancelled;
use anyrt_workers::{Options, Pool, WorkerError, pool};

use crate::job::{Made, Task};

/// A pool on which law O5 can be checked.
pub(crate) trait Pools: Clone + Send + Sync + 'static {
    fn open<Body, F>(
        options: Options,
        body: Body,
    ) -> impl Future<Output = Result<F::Output, Cancelled>>
    where
        Body: FnOnce(Self) -> F,
        F: Future;

    fn run(&self, job: Task) -> impl Future<Output = Result<Made, WorkerError>> + Send;

    fn idle(&self) -> usize;
}

impl Pools for Pool<Task> {
    async fn open<Body, F>(options: Options, body: Body) -> Result<F::Output, Cancelled>
    where
        Body: FnOnce(Self) -> F,
        F: Future,
    {
        pool(options, body).await
    }

    async fn run(&self, job: Task) -> Result<Made, WorkerError> {
        Pool::run(self, job).await
    }

    fn idle(&self) -> usize {
        Pool::idle(self)
    }
}
