//! What can go wrong, as types: each says what happened and what to do.

mod address;
mod group;
mod net;
mod panic;
mod queue;
mod read;
mod sync;
mod timed_out;

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::{self, Debug, Display};

pub use address::AddressError;
pub use net::{Attempt, ConnectError, HungUp, NoPeer};
pub use panic::Panic;
pub use queue::{
    BroadcastError, Closed, Missed, RecvTimeoutError, ReserveError, SendError, SendTimeoutError,
    TaskDoneError, TryBroadcastError, TryRecvError, TryReserveError, TrySendError,
};
pub use read::ReadError;
pub use sync::{
    AlreadyBorrowing, BusyResource, SetError, TryAcquireError, TryBorrowError, TryLockError,
};
pub use timed_out::TimedOut;

pub use crate::join::RaceError;

/// Why something was cancelled; of several reasons the first one stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Somebody called `cancel`.
    Requested,
    /// Somebody called `cancel_with` and said why.
    Message(Cow<'static, str>),
    /// A deadline passed.
    Deadline,
    /// The body or a child of the group failed or panicked.
    Failure,
    /// Only background children were left in the group.
    WindingUp,
    /// The future of the group was dropped by foreign code.
    Dropped,
    /// The runtime dropped a child of the group.
    ///
    /// It was shut down, or aborted the task (law B11).
    Shutdown,
}

impl Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requested => "cancel was called",
            Self::Message(message) => message,
            Self::Deadline => "the deadline passed",
            Self::Failure => "a task of the group failed",
            Self::WindingUp => "only background tasks were left in the group",
            Self::Dropped => "the group's future was dropped",
            Self::Shutdown => "the runtime dropped a task of the group",
        })
    }
}

impl From<&'static str> for Reason {
    fn from(message: &'static str) -> Self {
        Self::Message(message.into())
    }
}

impl From<String> for Reason {
    fn from(message: String) -> Self {
        Self::Message(message.into())
    }
}

/// A scope or group absorbed a cancellation, so there is no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled: {reason}")]
pub struct Cancelled {
    reason: Reason,
}

impl Cancelled {
    /// Makes the error; a backend of one's own needs this.
    pub fn new(reason: Reason) -> Self {
        Self { reason }
    }

    /// Tells why: the first reason that was given.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
}

/// A group ended without its body's value.
///
/// Without a type it is that of a group in which nothing can fail.
///
/// With `?` it becomes an [`io::Error`](std::io::Error) of the kind of its first failure, and, if
/// nothing in the group can fail, a [`Cancelled`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupError<E = Infallible> {
    /// The group was cancelled, and neither its body nor a child failed.
    Cancelled(Cancelled),
    /// The body or children failed: all failures, in completion order.
    Failed(Failures<E>),
}

impl<E> GroupError<E> {
    /// Gives the failures; none if the group was cancelled.
    pub fn failures(&self) -> &[E] {
        match self {
            Self::Cancelled(_) => &[],
            Self::Failed(failures) => failures,
        }
    }

    /// Gives the failures by value; none if the group was cancelled.
    pub fn into_failures(self) -> Vec<E> {
        match self {
            Self::Cancelled(_) => Vec::new(),
            Self::Failed(failures) => failures.into_vec(),
        }
    }

    /// Tells whether the group was cancelled rather than failed.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }
}

impl<E: Display> Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled(cancelled) => write!(f, "the group was {cancelled}"),
            Self::Failed(failures) => Display::fmt(failures, f),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for GroupError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Cancelled(cancelled) => Some(cancelled),
            Self::Failed(failures) => Some(failures.first()),
        }
    }
}

/// One failure or more, in completion order.
#[derive(Clone, PartialEq, Eq)]
pub struct Failures<E>(Vec<E>);

impl<E> Failures<E> {
    /// Makes a list of failures; `None` if there is none.
    pub fn new(failures: Vec<E>) -> Option<Self> {
        (!failures.is_empty()).then_some(Self(failures))
    }

    /// Gives the failure that came first and cancelled the rest.
    pub fn first(&self) -> &E {
        &self.0[0]
    }

    /// Gives the failure that came first, and drops the others.
    pub fn into_first(mut self) -> E {
        self.0.swap_remove(0)
    }

    /// Gives all failures by value.
    pub fn into_vec(self) -> Vec<E> {
        self.0
    }
}

impl<E> std::ops::Deref for Failures<E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        &self.0
    }
}

impl<E> IntoIterator for Failures<E> {
    type Item = E;
    type IntoIter = std::vec::IntoIter<E>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, E> IntoIterator for &'a Failures<E> {
    type Item = &'a E;
    type IntoIter = std::slice::Iter<'a, E>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<E: Debug> Debug for Failures<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<E: Display> Display for Failures<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return write!(f, "a task of the group failed: {only}");
        }
        write!(f, "{} tasks of the group failed: ", self.0.len())?;
        for (at, failure) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "; " };
            write!(f, "{comma}{failure}")?;
        }
        Ok(())
    }
}

/// `try_spawn` came after the group had ended; the future is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", GROUP_CLOSED)]
pub struct GroupClosed<F>(pub F);

pub(crate) const GROUP_CLOSED: &str = "the task group has ended and takes no more children: \
     spawn while its body or a child of it still runs, or use try_spawn";

impl<F> Debug for GroupClosed<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupClosed(..)")
    }
}

/// A child did not say that it is ready.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError<E> {
    /// The child failed before.
    ///
    /// The failure is the caller's, and does not cancel the group (law R2).
    #[error("the task failed before it was ready: {0}")]
    Failed(E),
    /// The child ended without saying that it is ready.
    #[error("the task ended without saying that it is ready: it must call `started`")]
    NeverStarted,
    /// The group was cancelled, and the child with it.
    #[error("the task was not ready when its group was {0}")]
    Cancelled(Cancelled),
    /// The group has ended and takes no more children.
    #[error("{}", GROUP_CLOSED)]
    Closed,
}

/// A child ended without a value for its handle.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The child was cancelled.
    #[error("the task was {0}")]
    Cancelled(Cancelled),
    /// The child failed; the group reports the failure itself.
    #[error("the task failed: its group reports the failure")]
    Failed,
    /// The child panicked; the group resumes the panic in its caller.
    #[error("the task {0}")]
    Panicked(Panic),
}

/// The code runs on no runtime that anyrt knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no runtime: {hint}")]
pub struct NoRuntime {
    hint: &'static str,
}

impl NoRuntime {
    /// Makes the error with the advice what to enable or call.
    pub fn new(hint: &'static str) -> Self {
        Self { hint }
    }
}
