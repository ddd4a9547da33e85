//! Children that fail while they are being cancelled: no failure is lost.
//!
//! asyncio, Trio and `AnyIO`: an `ExceptionGroup`.

use std::time::Duration;

use anyrt::{GroupError, TaskGroup};

/// Saves three files; the first failure cancels the others, which fail while they clean up.
///
/// # Errors
///
/// All three failures, in the order in which the children ended.
pub async fn all_failures(second: Duration) -> Result<(), GroupError<&'static str>> {
    anyrt::task_group(async |group: TaskGroup<&'static str>| {
        group.spawn(async move {
            anyrt::sleep(second).await;
            Err::<(), _>("no space for the first file")
        });
        for (file, seconds) in [("third", 3), ("second", 2)] {
            // What is in a shield is not cut, and may still fail.
            group.spawn(anyrt::shield(async move {
                anyrt::sleep(second * seconds).await;
                Err::<(), _>(match file {
                    "second" => "the second file cannot be closed",
                    _ => "the third file cannot be closed",
                })
            }));
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::all_failures;
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn all_are_reported_in_completion_order() {
        let (result, took) = timed(all_failures(SECOND)).await;
        let expected = [
            "no space for the first file",
            "the second file cannot be closed",
            "the third file cannot be closed",
        ];
        assert_eq!(result.unwrap_err().failures(), expected);
        assert_took(took, SECOND * 3);
    }
}
