//! A limit for how long something may take: without a result, or as an error.
//!
//! asyncio: `asyncio.timeout`, `wait_for`. Trio and `AnyIO`: `move_on_after`, `fail_after`.

use std::time::Duration;

use anyrt::TimedOut;

/// Waits for an answer that takes `seconds`, for two seconds at most; `None` if that is too short.
pub async fn move_on_after_two(second: Duration, seconds: u32) -> Option<&'static str> {
    anyrt::move_on_after(second * 2, answer(second * seconds)).await
}

/// Waits for an answer that takes `seconds`, for two seconds at most.
///
/// # Errors
///
/// [`TimedOut`] if that is too short; it knows the line below.
pub async fn fail_after_two(second: Duration, seconds: u32) -> Result<&'static str, TimedOut> {
    anyrt::fail_after(second * 2, answer(second * seconds)).await
}

async fn answer(takes: Duration) -> &'static str {
    anyrt::sleep(takes).await;
    "an answer"
}

#[cfg(test)]
mod tests {
    use super::{fail_after_two, move_on_after_two};
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn what_is_quick_enough_gives_its_value() {
        let (moved_on, took) = timed(move_on_after_two(SECOND, 1)).await;
        assert_eq!(moved_on, Some("an answer"));
        assert_took(took, SECOND);
        let (answered, took) = timed(fail_after_two(SECOND, 1)).await;
        assert_eq!(answered, Ok("an answer"));
        assert_took(took, SECOND);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn what_is_too_slow_ends_after_two_seconds() {
        let (moved_on, took) = timed(move_on_after_two(SECOND, 1000)).await;
        assert_eq!(moved_on, None);
        assert_took(took, SECOND * 2);
        let (answered, took) = timed(fail_after_two(SECOND, 1000)).await;
        let place = answered.unwrap_err().place();
        assert!(place.file().ends_with("timeouts.rs"), "{place}");
        assert_took(took, SECOND * 2);
    }
}
