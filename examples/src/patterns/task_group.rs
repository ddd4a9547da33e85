//! A group whose children all succeed, and one in which some fail.
//!
//! asyncio: `TaskGroup`. Trio: a nursery. `AnyIO`: `create_task_group`.

use std::time::Duration;

use anyrt::GroupError;

use crate::log::Log;

/// Loads all shards at once, the first in a second, the next in two, and gives their sum.
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure, if a shard cannot be loaded. The first failure cancels
/// the other children.
pub async fn load(
    shards: Vec<Result<u32, &'static str>>,
    second: Duration,
    log: &Log,
) -> Result<u32, GroupError<&'static str>> {
    anyrt::task_group(async |group| {
        let mut children = Vec::new();
        for (seconds, shard) in (1..).zip(shards) {
            let ended = log.at_drop(format!("the child of {seconds} s has ended"));
            children.push(group.spawn(async move {
                let _ended = ended; // dropped with the child, however that ends
                anyrt::sleep(second * seconds).await;
                shard
            }));
        }
        let mut sum = 0;
        for child in children {
            sum += child.value().await;
        }
        Ok(sum)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::load;
    use crate::log::Log;
    use crate::testing::{SECOND, assert_log, in_time};

    #[anyrt::test(sim, seeds = 10)]
    async fn all_succeed() {
        let log = Log::new();
        let sum = in_time(load(vec![Ok(20), Ok(1), Ok(21)], SECOND, &log)).await;
        assert_eq!(sum, Ok(42));
        let expected = [
            (1, "the child of 1 s has ended"),
            (2, "the child of 2 s has ended"),
            (3, "the child of 3 s has ended"),
        ];
        assert_log(&log, &expected);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn one_fails_and_its_sibling_is_cancelled() {
        let log = Log::new();
        let failed = in_time(load(vec![Ok(20), Err("unreadable"), Ok(21)], SECOND, &log)).await;
        assert_eq!(failed.unwrap_err().failures(), ["unreadable"]);
        let expected = [
            (1, "the child of 1 s has ended"),
            (2, "the child of 2 s has ended"),
            (2, "the child of 3 s has ended"),
        ];
        assert_log(&log, &expected);
    }
}
