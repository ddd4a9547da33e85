//! What a task waits for, as its operations tell it, for who looks at the task tree.
//!
//! An operation that stays pending leaves a note in a thread-local; whoever polls a task or the body
//! of a group takes the note when the poll is over. Of several operations the last one counts.

use std::cell::Cell;
use std::fmt::{self, Display};

use crate::sys::thread_local;

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// A timer.
    Sleep,
    /// A permit of a semaphore, or to pass a rate limiter.
    Acquire,
    /// A mutex or a read-write lock.
    Lock,
    /// An event.
    Event,
    /// A notification of a condition variable.
    Condition,
    /// Others, at a barrier.
    Barrier,
    /// A token of a limiter.
    Token,
    /// The value of a cell.
    Value,
    /// Room in a channel, or a receiver.
    Send,
    /// An item of a channel.
    Recv,
    /// The end of a task.
    Join,
    /// The body and the children of a group.
    Group,
    /// A starting task that is not ready.
    Start,
    /// A blocking call.
    Blocking,
    /// A socket.
    Network,
    /// A signal of the system.
    Signal,
    /// The end of a process.
    Process,
}

const ALL: [Wait; 17] = [
    Wait::Sleep,
    Wait::Acquire,
    Wait::Lock,
    Wait::Event,
    Wait::Condition,
    Wait::Barrier,
    Wait::Token,
    Wait::Value,
    Wait::Send,
    Wait::Recv,
    Wait::Join,
    Wait::Group,
    Wait::Start,
    Wait::Blocking,
    Wait::Network,
    Wait::Signal,
    Wait::Process,
];

impl Wait {
    /// A number that is not 0, to be kept in an atomic.
    #[inline]
    pub(crate) fn to_number(wait: Option<Self>) -> u8 {
        wait.map_or(0, |wait| wait as u8 + 1)
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        ALL.get(usize::from(number.checked_sub(1)?)).copied()
    }
}

impl Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sleep => "a timer",
            Self::Acquire => "a permit",
            Self::Lock => "a lock",
            Self::Event => "an event",
            Self::Condition => "a notification",
            Self::Barrier => "others at a barrier",
            Self::Token => "a token",
            Self::Value => "a value",
            Self::Send => "a send",
            Self::Recv => "an item",
            Self::Join => "a task's end",
            Self::Group => "a group",
            Self::Start => "a task to be ready",
            Self::Blocking => "a blocking call",
            Self::Network => "the network",
            Self::Signal => "a signal",
            Self::Process => "a process",
        })
    }
}

thread_local! {
    static NOTE: Cell<Option<Wait>> = const { Cell::new(None) };
}

#[inline]
pub(crate) fn note(wait: Wait) {
    let _ = NOTE.try_with(|note| note.set(Some(wait)));
}

#[inline]
pub(crate) fn take() -> Option<Wait> {
    NOTE.try_with(Cell::take).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::{ALL, Wait};

    #[test]
    fn numbers_come_back() {
        assert_eq!(Wait::from_number(Wait::to_number(None)), None);
        for wait in ALL {
            assert_eq!(Wait::from_number(Wait::to_number(Some(wait))), Some(wait));
        }
    }
}
