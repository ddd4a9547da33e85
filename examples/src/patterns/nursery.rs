//! A block that ends after its longest child.
//!
//! asyncio: `async with TaskGroup()`. Trio: `async with open_nursery()`. `AnyIO`: `create_task_group()`.

use std::time::Duration;

use anyrt::{GroupError, TaskGroup};

use crate::log::Log;

/// Starts three children of different length, and gives what happened when.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn nursery(second: Duration) -> Result<Log, GroupError> {
    let log = Log::new();
    anyrt::task_group(async |group: TaskGroup| {
        for seconds in [3, 1, 2] {
            let log = log.clone();
            group.spawn(async move {
                anyrt::sleep(second * seconds).await;
                log.note(format!("the child of {seconds} s ends"));
            });
        }
        log.note("the body ends");
    })
    .await?; // Here all children have ended.
    log.note("the block ends");
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::nursery;
    use crate::testing::{SECOND, assert_log, in_time};

    #[anyrt::test(sim, seeds = 10)]
    async fn the_block_ends_after_the_longest_child() {
        let log = in_time(nursery(SECOND)).await.unwrap();
        let expected = [
            (0, "the body ends"),
            (1, "the child of 1 s ends"),
            (2, "the child of 2 s ends"),
            (3, "the child of 3 s ends"),
            (3, "the block ends"),
        ];
        assert_log(&log, &expected);
    }
}
