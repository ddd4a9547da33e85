//! What a task may ask about itself, and how it lets others have their turn.

mod catch_panic;

use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::time::Instant;

use crate::{blocking, frame, leaf};

pub use catch_panic::{CatchPanic, catch_panic};

/// Is a point where cancellation can strike.
///
/// Others may get their turn there.
///
/// It yields when the task's budget is spent, so that a loop of checkpoints starves nobody
/// (law F2).
///
/// # Cancel safety
///
/// **Safe.** It holds nothing.
pub fn checkpoint() -> impl Future<Output = ()> + Send {
    leaf::checkpoint()
}

/// Is a point where cancellation can strike, and others get their turn.
///
/// They get it in any case.
///
/// # Cancel safety
///
/// **Safe.** It holds nothing.
pub fn yield_now() -> impl Future<Output = ()> + Send {
    leaf::yield_now()
}

/// Tells whether a checkpoint here would be cut.
///
/// That is so if any visible scope around the caller is cancelled; a shield hides outer ones. In the
/// closure of a blocking call it tells whether the call is cancelled (law T3).
pub fn is_cancelled() -> bool {
    blocking::is_cancelled()
}

/// Gives the earliest deadline of the visible scopes.
///
/// It gives `now` if one of them is cancelled (law D3).
pub fn effective_deadline(now: Instant) -> Option<Instant> {
    frame::scope()?.effective_deadline(now)
}

/// Tells a child from all others of the process.
///
/// It reads as the number of its group and its number there: `3.17`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId {
    pub(crate) group: u64,
    pub(crate) number: usize,
}

impl TaskId {
    /// Makes an id; a backend of one's own needs this.
    pub fn new(group: u64, number: usize) -> Self {
        Self { group, number }
    }
}

impl Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.group, self.number)
    }
}

impl Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId({self})")
    }
}
