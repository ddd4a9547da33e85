//! A counter that a thousand tasks count up: with a lock around each step, and without.
//!
//! asyncio, Trio and `AnyIO`: `Lock`. Where nothing is awaited between the reading and the writing, an
//! atomic or a `std::sync::Mutex` does it, too.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyrt::sync::Mutex;
use anyrt::{GroupError, TaskGroup};

/// Counts with a lock: exact.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn locked(tasks: usize) -> Result<usize, GroupError> {
    let counter = Arc::new(Mutex::new(0));
    anyrt::task_group(async |group: TaskGroup| {
        for _ in 0..tasks {
            let counter = counter.clone();
            group.spawn(async move {
                let mut counter = counter.lock().await;
                let read = *counter;
                anyrt::yield_now().await; // anything that takes a while
                *counter = read + 1;
            });
        }
    })
    .await?;
    Ok(*counter.lock().await)
}

/// Counts without a lock: between the reading and the writing others write, too, and that is lost.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn racy(tasks: usize) -> Result<usize, GroupError> {
    let counter = Arc::new(AtomicUsize::new(0));
    anyrt::task_group(async |group: TaskGroup| {
        for _ in 0..tasks {
            let counter = counter.clone();
            group.spawn(async move {
                let read = counter.load(Ordering::SeqCst);
                anyrt::yield_now().await;
                counter.store(read + 1, Ordering::SeqCst);
            });
        }
    })
    .await?;
    Ok(counter.load(Ordering::SeqCst))
}

#[cfg(test)]
mod tests {
    use super::{locked, racy};
    use crate::testing::{in_time, is_simulated};

    #[anyrt::test(sim, seeds = 3)]
    async fn with_a_lock_the_count_is_exact() {
        assert_eq!(in_time(locked(1000)).await, Ok(1000));
    }

    #[anyrt::test(sim, seeds = 3)]
    async fn without_one_some_are_lost() {
        let counted = in_time(racy(1000)).await.unwrap();
        // On a real runtime it may go well, which is what is bad about it.
        let is_lost = if is_simulated() { counted < 1000 } else { counted <= 1000 };
        assert!(is_lost && counted > 0, "{counted}");
    }
}
