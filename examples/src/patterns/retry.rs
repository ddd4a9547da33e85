//! Three attempts, a limit for each, and a limit for all of them together.
//!
//! asyncio, Trio and `AnyIO`: a loop with one timeout inside another; or a library such as tenacity.

use std::future::Future;
use std::time::Duration;

use anyrt::{Backoff, TimedOut};

/// Asks up to three times, two seconds each, with a pause in between; all in ten seconds.
///
/// # Errors
///
/// [`TimedOut`] that tells which limit was too short: that of the last attempt, or that of all.
pub async fn ask_three_times<F>(
    second: Duration,
    pause: Duration,
    mut ask: impl FnMut() -> F,
) -> Result<F::Output, TimedOut>
where
    F: Future,
{
    let three = Backoff::constant(pause).attempts(3);
    let attempts = anyrt::retry(three, || anyrt::fail_after(second * 2, ask()));
    anyrt::fail_after(second * 10, attempts).await?
}

#[cfg(test)]
mod tests {
    use super::ask_three_times;
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn an_answer_ends_the_attempts() {
        let mut attempts = 0;
        let asking = ask_three_times(SECOND, SECOND, || {
            attempts += 1;
            let is_down = attempts == 1;
            async move {
                if is_down {
                    anyrt::sleep_forever().await;
                }
                42
            }
        });
        let (answer, took) = timed(asking).await;
        assert_eq!((answer, attempts), (Ok(42), 2));
        assert_took(took, SECOND * 3);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn each_attempt_has_its_limit() {
        let mut attempts = 0;
        let asking = ask_three_times(SECOND, SECOND, || {
            attempts += 1;
            anyrt::sleep_forever()
        });
        let (answer, took) = timed(asking).await;
        assert!(answer.is_err());
        assert_eq!(attempts, 3);
        assert_took(took, SECOND * 8);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn all_together_have_a_limit() {
        let mut attempts = 0;
        let asking = ask_three_times(SECOND, SECOND * 7, || {
            attempts += 1;
            anyrt::sleep_forever()
        });
        let (answer, took) = timed(asking).await;
        assert!(answer.is_err());
        assert_eq!(attempts, 2, "the third would begin after 18 seconds");
        assert_took(took, SECOND * 10);
    }
}
