//! CPU work in a process of its own, and the tasks here go on meanwhile.
//!
//! asyncio: `run_in_executor` with a `ProcessPoolExecutor`. `AnyIO`: `to_process.run_sync`. A program
//! that does so calls `anyrt_workers::serve` at the start of its `main`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::{GroupError, TaskGroup};
use anyrt_workers::{Job, Pool, WorkerError};
use serde::{Deserialize, Serialize};

use crate::patterns::blocking_work::Worked;

/// Work for a process.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub enum Work {
    /// Counts the primes below a number.
    Primes(u32),
    /// Has a bug.
    Panic,
    /// Has a worse one.
    Crash,
}

impl Job for Work {
    type Output = usize;

    fn run(self) -> usize {
        match self {
            Self::Primes(below) => {
                let is_prime =
                    |number: &u32| (2..*number).all(|divisor| !number.is_multiple_of(divisor));
                (2..below).filter(is_prime).count()
            }
            Self::Panic => panic!("a bug"),
            Self::Crash => std::process::abort(),
        }
    }
}

/// Has a process of the pool do the work, and ticks ten times a second meanwhile.
///
/// # Errors
///
/// [`GroupError::Failed`] with a [`WorkerError`], if the work panicked, or the process crashed.
pub async fn in_a_process(
    pool: &Pool<Work>,
    work: Work,
    second: Duration,
) -> Result<Worked<usize>, GroupError<WorkerError>> {
    let ticks = Arc::new(AtomicUsize::new(0));
    anyrt::task_group(async |group: TaskGroup<WorkerError>| {
        let counter = ticks.clone();
        group.background().spawn(async move {
            loop {
                anyrt::sleep(second / 10).await;
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        let value = pool.run(work).await?;
        Ok(Worked { value, ticks: ticks.load(Ordering::SeqCst) })
    })
    .await
}
