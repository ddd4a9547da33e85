//! All outputs: in the order of the call, or in the order in which they come.
//!
//! asyncio: `gather`, `as_completed`. Trio and `AnyIO`: a nursery and a list, or a memory channel.

use std::time::Duration;

use anyrt::Cancelled;

const JOBS: [(&str, u32); 3] = [("slow", 3), ("quick", 1), ("middling", 2)];

/// Runs all jobs at once, and gives their names in the order of the call.
///
/// # Errors
///
/// [`Cancelled`] if the runtime is shut down meanwhile.
pub async fn in_call_order(second: Duration) -> Result<Vec<&'static str>, Cancelled> {
    anyrt::gather(JOBS.map(|(name, seconds)| job(name, second * seconds))).await
}

/// Runs all jobs at once, and gives their names in the order in which they ended.
pub async fn in_finishing_order(second: Duration) -> Vec<&'static str> {
    let mut jobs = anyrt::as_completed(JOBS.map(|(name, seconds)| job(name, second * seconds)));
    let mut names = Vec::new();
    while let Some(name) = jobs.next().await {
        names.push(name); // The others go on meanwhile.
    }
    names
}

async fn job(name: &'static str, takes: Duration) -> &'static str {
    anyrt::sleep(takes).await;
    name
}

#[cfg(test)]
mod tests {
    use super::{in_call_order, in_finishing_order};
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn gather_keeps_the_order_of_the_call() {
        let (names, took) = timed(in_call_order(SECOND)).await;
        assert_eq!(names.unwrap(), ["slow", "quick", "middling"]);
        assert_took(took, SECOND * 3);
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn as_completed_gives_each_when_it_is_there() {
        let (names, took) = timed(in_finishing_order(SECOND)).await;
        assert_eq!(names, ["quick", "middling", "slow"]);
        assert_took(took, SECOND * 3);
    }
}
