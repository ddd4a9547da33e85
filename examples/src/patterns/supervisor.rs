//! Restarts what fails, each time after a longer pause, and keeps the rest running.
//!
//! asyncio, Trio and `AnyIO`: a loop with `try`, `except` and `sleep`; Erlang: a supervisor.

use std::time::Duration;

use anyrt::{Backoff, GroupError, Supervised, TaskGroup};

use crate::log::Log;

/// Runs a service that is restarted until it stays, one that is given up, and a steady one.
///
/// The value is the number of beats of the steady one, one each second.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn supervisor(
    second: Duration,
    log: &Log,
) -> Result<Supervised<u32, &'static str>, GroupError<&'static str>> {
    // Four attempts, with pauses of 1, 2 and 4 seconds.
    let pauses = Backoff::exponential(second, second * 60).attempts(4);

    anyrt::supervise(async |group: TaskGroup<&'static str>| {
        let (flaky, flaky_pauses, mut starts) = (log.clone(), pauses.clone(), 0);
        group.spawn(async move {
            let stays = anyrt::retry(flaky_pauses, || {
                starts += 1;
                flaky.note(format!("the flaky service: start {starts}"));
                // A panic would end the group; as a value it is a failure like others.
                anyrt::catch_panic(flaky_service(starts))
            });
            stays.await.map_err(|_| "the flaky service is given up")
        });

        let given_up = log.at_drop("the hopeless service is given up");
        group.spawn(async move {
            let _given_up = given_up;
            let hopeless = || async { Err::<(), _>("the hopeless service crashed") };
            anyrt::retry(pauses, hopeless).await
        });

        let mut beats = 0;
        while beats < 10 {
            anyrt::sleep(second).await;
            beats += 1;
        }
        Ok(beats)
    })
    .await
}

/// Has a bug that shows only at first.
async fn flaky_service(start: u32) {
    assert!(start > 2, "the flaky service crashed");
}

#[cfg(test)]
mod tests {
    use super::supervisor;
    use crate::log::Log;
    use crate::testing::{SECOND, assert_log, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn what_fails_is_restarted_or_given_up_and_the_rest_runs_on() {
        let log = Log::new();
        let (supervised, took) = timed(supervisor(SECOND, &log)).await;
        let supervised = supervised.unwrap();
        assert_eq!(supervised.value, 10);
        assert_eq!(supervised.failures, ["the hopeless service crashed"]);
        let expected = [
            (0, "the flaky service: start 1"),
            (1, "the flaky service: start 2"),
            (3, "the flaky service: start 3"),
            (7, "the hopeless service is given up"),
        ];
        assert_log(&log, &expected);
        assert_took(took, SECOND * 10);
    }
}
