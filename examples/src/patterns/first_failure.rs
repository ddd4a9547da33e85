//! One child fails: the others are cancelled and waited for, and the caller gets the error.
//!
//! asyncio, Trio and `AnyIO`: an exception that leaves a child of a task group.

use std::time::Duration;

use anyrt::{GroupError, TaskGroup};

use crate::log::Log;

/// Runs three children of which one fails after a second, and gives what happened when.
///
/// One of the others says goodbye first, which takes another second.
pub async fn first_failure(second: Duration) -> (Result<(), GroupError<&'static str>>, Log) {
    let log = Log::new();
    let group = anyrt::task_group(async |group: TaskGroup<&'static str>| {
        group.spawn(async move {
            anyrt::sleep(second).await;
            Err::<(), _>("the disk is full")
        });

        let dropped = log.at_drop("the endless child is dropped");
        group.spawn(async move {
            let _dropped = dropped;
            anyrt::sleep_forever().await;
        });

        let polite = log.clone();
        group.spawn(async move {
            let goodbye = async {
                anyrt::sleep(second).await;
                polite.note("the polite child has said goodbye");
            };
            anyrt::finally(anyrt::sleep_forever(), goodbye).await;
        });
    });
    let result = group.await;
    log.note("the caller has the error");
    (result, log)
}

#[cfg(test)]
mod tests {
    use super::first_failure;
    use crate::testing::{SECOND, assert_log, in_time};

    #[anyrt::test(sim, seeds = 10)]
    async fn the_others_are_cancelled_and_waited_for() {
        let (result, log) = in_time(first_failure(SECOND)).await;
        assert_eq!(result.unwrap_err().failures(), ["the disk is full"]);
        let expected = [
            (1, "the endless child is dropped"),
            (2, "the polite child has said goodbye"),
            (2, "the caller has the error"),
        ];
        assert_log(&log, &expected);
    }
}
