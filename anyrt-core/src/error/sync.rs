//! What can go wrong at a primitive of [`sync`](crate::sync).

use std::fmt::{self, Debug};

use crate::sync::Borrower;

/// No permit was free, or others wait before this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no permit is free: acquire waits for one")]
#[non_exhaustive]
pub struct TryAcquireError {}

impl TryAcquireError {
    /// Makes the error; a backend of one's own needs this.
    #[expect(clippy::new_without_default, reason = "an error has no default")]
    pub fn new() -> Self {
        Self {}
    }
}

/// The lock is held, or others wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lock is not free: lock, read or write waits for it")]
#[non_exhaustive]
pub struct TryLockError {}

impl TryLockError {
    pub(crate) fn new() -> Self {
        Self {}
    }
}

/// The borrower has a token of the limiter already.
///
/// It would wait for itself (law L7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{borrower:?} has a token of this limiter already: give that back first")]
pub struct AlreadyBorrowing {
    borrower: Borrower,
}

impl AlreadyBorrowing {
    pub(crate) fn new(borrower: Borrower) -> Self {
        Self { borrower }
    }

    /// Tells who.
    pub fn borrower(&self) -> Borrower {
        self.borrower
    }
}

/// A token could not be taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TryBorrowError {
    /// No token is free, or others wait before this one.
    #[error("no token is free: acquire waits for one")]
    NoToken,
    /// The borrower has one already.
    #[error(transparent)]
    AlreadyBorrowing(#[from] AlreadyBorrowing),
}

/// Somebody else uses the resource, and it is not for two at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("somebody else is {action}: one task at a time may")]
pub struct BusyResource {
    action: &'static str,
}

impl BusyResource {
    pub(crate) fn new(action: &'static str) -> Self {
        Self { action }
    }

    /// Tells what the resource is used for.
    pub fn action(&self) -> &'static str {
        self.action
    }
}

/// The value of a cell was not set; it is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError<T> {
    /// There is a value already.
    #[error("the cell has a value already, which stays")]
    AlreadySet(T),
    /// Somebody makes the value right now.
    #[error("the value of the cell is being made: get_or_init waits for it")]
    Initialising(T),
}

impl<T> SetError<T> {
    /// Gives the value back.
    pub fn into_inner(self) -> T {
        match self {
            Self::AlreadySet(value) | Self::Initialising(value) => value,
        }
    }
}

impl<T> Debug for SetError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadySet(_) => "AlreadySet(..)",
            Self::Initialising(_) => "Initialising(..)",
        })
    }
}
