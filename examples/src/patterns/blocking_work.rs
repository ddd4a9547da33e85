//! Work that blocks goes to another thread, and the tasks here go on meanwhile.
//!
//! asyncio: `asyncio.to_thread`. Trio: `trio.to_thread.run_sync`. `AnyIO`: `anyio.to_thread.run_sync`.
//! And from there to async code: `run_coroutine_threadsafe`, `from_thread.run`, `BlockingPortal`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::{Cancelled, GroupError, TaskGroup, blocking};

/// What came of work in a thread.
#[derive(Debug, PartialEq, Eq)]
pub struct Worked<T> {
    /// What the work gave.
    pub value: T,
    /// How often a task ticked meanwhile.
    pub ticks: usize,
}

/// Runs `work` in a thread, and ticks ten times a second meanwhile.
///
/// # Panics
///
/// Resumes the panic of the work.
///
/// # Errors
///
/// [`GroupError::Failed`] with the failure of the work.
pub async fn in_a_thread<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
    second: Duration,
) -> Result<Worked<T>, GroupError<E>>
where
    T: Send + 'static,
    E: Send + 'static,
{
    let ticks = Arc::new(AtomicUsize::new(0));
    anyrt::task_group(async |group: TaskGroup<E>| {
        let counter = ticks.clone();
        // In the background: it ends with the rest.
        group.background().spawn(async move {
            loop {
                anyrt::sleep(second / 10).await;
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        let value = blocking::run(work).await?;
        Ok(Worked { value, ticks: ticks.load(Ordering::SeqCst) })
    })
    .await
}

/// Counts in a thread until its time is over, and gives how far it came.
pub async fn until_cancelled(limit: Duration) -> u64 {
    let count = || {
        let mut count = 0;
        while !blocking::is_cancelled() {
            count += 1;
        }
        count
    };
    // The call is not abandoned: it ends when its closure does, and gives its value.
    anyrt::move_on_after(limit, blocking::run(count)).await.unwrap_or_default()
}

/// Sleeps from a thread in the way of tasks, and comes back.
///
/// # Errors
///
/// [`Cancelled`] if the call was cancelled, and the sleep with it.
pub async fn there_and_back(second: Duration) -> Result<&'static str, Cancelled> {
    let slow = move || {
        blocking::block_on(async {
            anyrt::sleep(second).await;
            "slept"
        })
    };
    blocking::run(slow).await
}

#[cfg(test)]
mod tests {
    use std::thread;

    use anyrt::sim::Sim;

    use super::{Worked, in_a_thread, there_and_back, until_cancelled};
    use crate::testing::{SECOND, assert_took, in_time, timed};

    #[anyrt::test]
    async fn tasks_go_on_meanwhile() {
        let work = || {
            thread::sleep(SECOND * 3);
            Ok::<_, &str>(42)
        };
        let worked = in_time(in_a_thread(work, SECOND)).await.unwrap();
        assert_eq!(worked.value, 42);
        assert!(worked.ticks >= 3, "{worked:?}");
    }

    #[test]
    fn in_a_simulation_the_thread_takes_virtual_time() {
        let takes = SECOND * 3 + SECOND / 20;
        Sim::new(0).blocking_latency(takes..=takes).run(async {
            let worked = in_time(in_a_thread(|| Ok::<_, &str>(42), SECOND)).await;
            assert_eq!(worked, Ok(Worked { value: 42, ticks: 30 }));
        });
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn failures_come_back() {
        let failed = in_time(in_a_thread(|| Err::<(), _>("no such file"), SECOND)).await;
        assert_eq!(failed.unwrap_err().failures(), ["no such file"]);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn panics_come_back() {
        let bug = || -> Result<(), &str> { std::panic::resume_unwind(Box::new("a bug")) };
        let caught = in_time(anyrt::catch_panic(in_a_thread(bug, SECOND))).await;
        assert_eq!(caught.unwrap_err().message(), "a bug");
    }

    #[anyrt::test]
    async fn a_thread_can_see_that_its_time_is_over() {
        assert!(in_time(until_cancelled(SECOND)).await > 0);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_thread_can_call_async_code() {
        let (slept, took) = timed(there_and_back(SECOND)).await;
        assert_eq!(slept, Ok("slept"));
        assert_took(took, SECOND);
    }
}
