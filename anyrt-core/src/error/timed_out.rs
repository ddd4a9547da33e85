//! What `fail_after` gives when the time was too short.

use std::fmt::{self, Debug};
use std::io;
use std::panic::Location;

/// The time given to `fail_after` or `fail_at` was too short.
///
/// Its text tells where that time was given. Two of them are equal, wherever they come from.
#[derive(Clone, thiserror::Error)]
#[error("timed out: the deadline set at {place} passed before the operation completed")]
pub struct TimedOut {
    place: &'static Location<'static>,
}

impl TimedOut {
    /// Makes the error, with the caller's line as its place.
    ///
    /// A backend of one's own needs this.
    #[expect(clippy::new_without_default, reason = "an error has no default")]
    #[track_caller]
    pub fn new() -> Self {
        Self::at(Location::caller())
    }

    pub(crate) fn at(place: &'static Location<'static>) -> Self {
        Self { place }
    }

    /// Tells where the time was given: the line that called `fail_after`.
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }
}

impl PartialEq for TimedOut {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TimedOut {}

impl Debug for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimedOut({})", self.place)
    }
}

impl From<TimedOut> for io::Error {
    fn from(error: TimedOut) -> Self {
        Self::new(io::ErrorKind::TimedOut, error)
    }
}
