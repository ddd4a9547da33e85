//! What a simulation is told before it begins.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::schedule::Schedule;

/// Everything that makes two runs alike or different.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) seed: u64,
    pub(crate) schedule: Schedule,
    /// Whether the clock jumps when nothing can run.
    pub(crate) has_autojump: bool,
    /// How long, in real time, the clock waits before it jumps.
    pub(crate) autojump_after: Duration,
    /// How long a poll takes on the virtual clock.
    pub(crate) poll_cost: Duration,
    /// How many polls there may be without a moment in which nothing can run.
    pub(crate) poll_limit: u64,
    /// How far the clock may get.
    pub(crate) time_limit: Duration,
    /// How long, in real time, a blocking call is waited for before others go on.
    pub(crate) patience: Duration,
    /// How long, in real time, threads of others may take to wake somebody.
    pub(crate) grace: Duration,
    /// How long, in virtual time, a blocking call takes.
    pub(crate) blocking_latency: RangeInclusive<Duration>,
    pub(crate) has_trace: bool,
    /// Whether a failure is a payload for `try_run`, and not a panic with words.
    pub(crate) is_quiet: bool,
}

impl Config {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            schedule: Schedule::default(),
            has_autojump: true,
            autojump_after: Duration::ZERO,
            poll_cost: Duration::ZERO,
            poll_limit: 10_000_000,
            time_limit: Duration::from_secs(10 * 366 * 24 * 3600),
            patience: Duration::from_millis(250),
            grace: Duration::from_millis(100),
            blocking_latency: Duration::ZERO..=Duration::ZERO,
            has_trace: false,
            is_quiet: false,
        }
    }
}
