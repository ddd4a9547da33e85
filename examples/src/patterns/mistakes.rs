//! The five classic mistakes of async code, and what becomes of each.
//!
//! Two do not compile, one is a warning (an error here), and two mean something harmless.
//!
//! # Never awaited
//!
//! In Python a coroutine that nobody awaits does nothing, and is told when it is collected. Here the
//! compiler tells, for each operation:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! # use std::time::Duration;
//! async fn wait_a_bit() {
//!     anyrt::sleep(Duration::from_secs(1)); // a sleep does nothing unless it is awaited
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//! # use std::time::Duration;
//! async fn wait_a_bit() {
//!     anyrt::sleep(Duration::from_secs(1)).await;
//! }
//! ```
//!
//! # Blocking the loop
//!
//! No compiler sees it: [`blocking_the_loop`], and [`not_blocking_the_loop`]. Clippy refuses what
//! is listed under `disallowed-methods` in a `clippy.toml`, for instance `std::thread::sleep`. What
//! would block for ever is refused: `anyrt::run` in async code panics, and says what to do.
//!
//! ```should_panic
//! anyrt::run(async {
//!     anyrt::run(async {}); // .. await the future instead, or call this from blocking::run
//! });
//! ```
//!
//! # Fire and forget
//!
//! In Python a task that nobody keeps may vanish, and with it its error. Here every task belongs to
//! a group, which waits for it: [`fire_and_forget`]. There is no `spawn` without a group, and one on a
//! group that has ended gives the future back:
//!
//! ```
//! # use anyrt::TaskGroup;
//! # anyrt::run(async {
//! let ended = anyrt::task_group(async |group: TaskGroup| { Ok(group) }).await.unwrap();
//! assert!(ended.try_spawn(async {}).is_err());
//! # });
//! ```
//!
//! # Racy state
//!
//! What two tasks share without a lock does not compile, as little as between threads:
//!
//! ```compile_fail,E0373
//! # use anyrt::TaskGroup;
//! # anyrt::run(async {
//! let mut counter = 0;
//! anyrt::task_group(async |group: TaskGroup| {
//!     for _ in 0..2 {
//!         group.spawn(async { counter += 1 });
//!     }
//! })
//! .await
//! .unwrap();
//! # });
//! ```
//!
//! ```compile_fail,E0277
//! # use {anyrt::TaskGroup, std::cell::Cell, std::rc::Rc};
//! # anyrt::run(async {
//! let counter = Rc::new(Cell::new(0));
//! anyrt::task_group(async |group: TaskGroup| {
//!     for _ in 0..2 {
//!         let counter = counter.clone();
//!         group.spawn(async move { counter.set(counter.get() + 1) });
//!     }
//! })
//! .await
//! .unwrap();
//! # });
//! ```
//!
//! ```
//! # use {anyrt::{TaskGroup, sync::Mutex}, std::sync::Arc};
//! # anyrt::run(async {
//! let counter = Arc::new(Mutex::new(0));
//! anyrt::task_group(async |group: TaskGroup| {
//!     for _ in 0..2 {
//!         let counter = counter.clone();
//!         group.spawn(async move { *counter.lock().await += 1 });
//!     }
//! })
//! .await
//! .unwrap();
//! assert_eq!(*counter.lock().await, 2);
//! # });
//! ```
//!
//! A race between two steps of which each is safe compiles, as in [`lock`](super::lock) and in
//! [`races`](crate::races). The simulator finds such.
//!
//! # Ignored errors
//!
//! A child's failure cannot be ignored by forgetting its handle: [`ignored_error`]. The group's result
//! has to be looked at:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! # use anyrt::TaskGroup;
//! async fn copy_all() {
//!     anyrt::task_group(async |group: TaskGroup<std::io::Error>| {
//!         group.spawn(async { std::fs::copy("here", "there") });
//!     })
//!     .await; // this `Result` may be an `Err` variant, which should be handled
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//! # use anyrt::TaskGroup;
//! async fn copy_all() -> Result<(), anyrt::GroupError<std::io::Error>> {
//!     anyrt::task_group(async |group: TaskGroup<std::io::Error>| {
//!         group.spawn(async { std::fs::copy("here", "there") });
//!     })
//!     .await
//! }
//! ```

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyrt::{GroupError, InlineGroup, TaskGroup};

use crate::log::Log;

/// Sleeps in the way of threads: nothing else runs in this task meanwhile. Gives the ticks.
pub async fn blocking_the_loop(second: Duration) -> usize {
    ticks_during(second, async { thread::sleep(second) }).await
}

/// Does the same in a thread that may block.
pub async fn not_blocking_the_loop(second: Duration) -> usize {
    ticks_during(second, anyrt::blocking::run(move || thread::sleep(second))).await
}

/// Counts how often a child of the same task ticks while something runs, ten times a second.
async fn ticks_during(second: Duration, work: impl Future<Output = ()>) -> usize {
    let ticks = AtomicUsize::new(0);
    let counted: Result<usize, GroupError> = anyrt::inline_group(async |group: InlineGroup<'_>| {
        group.background().spawn(async {
            loop {
                anyrt::sleep(second / 10).await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        });
        anyrt::yield_now().await; // the child has begun
        work.await;
        Ok(ticks.load(Ordering::Relaxed))
    })
    .await;
    counted.unwrap_or_default()
}

/// Starts a child and forgets it; the group waits for it all the same.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn fire_and_forget(second: Duration) -> Result<Log, GroupError> {
    let log = Log::new();
    anyrt::task_group(async |group: TaskGroup| {
        let log = log.clone();
        group.spawn(async move {
            anyrt::sleep(second).await;
            log.note("the forgotten child has ended");
        }); // Its handle is dropped here.
    })
    .await?;
    log.note("the group has ended");
    Ok(log)
}

/// Starts a child that fails, and never looks at its handle.
///
/// # Errors
///
/// The failure of the child.
pub async fn ignored_error() -> Result<(), GroupError<&'static str>> {
    anyrt::task_group(async |group: TaskGroup<&'static str>| {
        group.spawn(async { Err::<(), _>("the disk is full") });
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{blocking_the_loop, fire_and_forget, ignored_error, not_blocking_the_loop};
    use crate::testing::{SECOND, assert_log, in_time};

    #[anyrt::test]
    async fn who_blocks_stops_all_in_its_task() {
        assert_eq!(in_time(blocking_the_loop(SECOND * 3)).await, 0);
        assert!(in_time(not_blocking_the_loop(SECOND * 3)).await > 0);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_group_waits_for_a_child_that_is_forgotten() {
        let log = in_time(fire_and_forget(SECOND)).await.unwrap();
        let expected = [(1, "the forgotten child has ended"), (1, "the group has ended")];
        assert_log(&log, &expected);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_failure_that_nobody_looks_at_is_the_group_s() {
        let failed = in_time(ignored_error()).await;
        assert_eq!(failed.unwrap_err().failures(), ["the disk is full"]);
    }
}
