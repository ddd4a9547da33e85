//! Why a simulation could not go on.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::trace::Trace;

/// A simulation that could not go on.
///
/// Its text says what to do, the seed, and which task waits for what.
#[derive(Clone, Debug)]
pub struct SimError {
    pub(crate) cause: Cause,
    pub(crate) seed: u64,
    pub(crate) at: Duration,
    pub(crate) polls: u64,
    pub(crate) tasks: usize,
    pub(crate) tree: String,
    pub(crate) trace: Option<Trace>,
}

/// Why it could not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing can run, and no timer is left that would change that.
    Deadlock,
    /// Nothing can run, and the clock stands still because it was told to.
    ClockStands,
    /// So many polls were made, and always something could run.
    PollLimit(u64),
    /// The clock would have to go beyond this.
    TimeLimit(Duration),
}

impl SimError {
    /// Tells why.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// Gives the seed that leads here.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Tells when it was, since the start.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// Tells after how many polls it was.
    pub fn polls(&self) -> u64 {
        self.polls
    }

    /// Gives the tasks and what each waits for, as text.
    pub fn task_tree(&self) -> &str {
        &self.tree
    }

    /// Gives what happened before, if the simulation was told to note it.
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadlock => f.write_str(
                "deadlock: nothing can run, and no timer is left that would change that",
            ),
            Self::ClockStands => f.write_str(
                "nothing can run, and the clock stands still: call `advance`, or leave autojump on",
            ),
            Self::PollLimit(limit) => write!(
                f,
                "live-lock: {limit} polls, and always something that could run. Have the task that \
                 spins wait for something, or raise `poll_limit`"
            ),
            Self::TimeLimit(limit) => write!(
                f,
                "the time limit: the clock would go beyond {limit:?}. End what is periodic, or \
                 raise `time_limit`"
            ),
        }
    }
}

impl Display for SimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.cause)?;
        writeln!(
            f,
            "seed {}, {:?} after the start, {} polls, {} tasks left",
            self.seed, self.at, self.polls, self.tasks
        )?;
        write!(f, "{}", self.tree)?;
        if let Some(trace) = &self.trace {
            write!(f, "what happened:\n{trace}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SimError {}
