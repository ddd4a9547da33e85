//! What the errors of groups become where a function has an error of its own.

use std::error::Error;
use std::io;

use super::{Cancelled, ConnectError, GroupError, TimedOut};

/// A group in which nothing can fail can still be cancelled.
impl From<GroupError> for Cancelled {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::Cancelled(cancelled) => cancelled,
            GroupError::Failed(failures) => match *failures.first() {},
        }
    }
}

/// The kind is `Other`, and not `Interrupted`, which loops try again.
impl From<Cancelled> for io::Error {
    fn from(cancelled: Cancelled) -> Self {
        Self::other(cancelled)
    }
}

/// The kind is that of the first failure, and all failures are inside.
impl<E: Error + Send + Sync + 'static> From<GroupError<E>> for io::Error {
    fn from(error: GroupError<E>) -> Self {
        let kind = match &error {
            GroupError::Cancelled(_) => io::ErrorKind::Other,
            GroupError::Failed(failures) => kind_of(failures.first()),
        };
        Self::new(kind, error)
    }
}

/// The kind of the first error that has one, of this and those that caused it.
fn kind_of(error: &(dyn Error + 'static)) -> io::ErrorKind {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind();
        }
        if let Some(error) = error.downcast_ref::<ConnectError>() {
            return error.kind();
        }
        if error.is::<TimedOut>() {
            return io::ErrorKind::TimedOut;
        }
        at = error.source();
    }
    io::ErrorKind::Other
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use crate::error::{Cancelled, Failures, GroupError, Reason, TimedOut};

    fn failed<E>(failures: Vec<E>) -> GroupError<E> {
        GroupError::Failed(Failures::new(failures).expect("there is one"))
    }

    #[test]
    fn the_kind_is_that_of_the_first_failure() {
        let two = failed::<io::Error>(vec![
            ErrorKind::ConnectionRefused.into(),
            ErrorKind::BrokenPipe.into(),
        ]);
        let error = io::Error::from(two);
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(
            error.to_string(),
            "2 tasks of the group failed: connection refused; broken pipe"
        );
        let inside = error.downcast::<GroupError<io::Error>>().expect("the group's own error");
        assert_eq!(inside.failures().len(), 2);
    }

    #[test]
    fn the_kind_comes_through_nested_groups() {
        let nested = failed(vec![failed(vec![TimedOut::new()])]);
        assert_eq!(io::Error::from(nested).kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn a_cancelled_group_is_told_as_such() {
        let cancelled = Cancelled::new(Reason::from("the user has left"));
        let group: GroupError = GroupError::Cancelled(cancelled.clone());
        assert_eq!(Cancelled::from(group.clone()), cancelled);
        let error = io::Error::from(group);
        assert_eq!(error.kind(), ErrorKind::Other);
        assert_eq!(error.to_string(), "the group was cancelled: the user has left");
        assert_eq!(io::Error::from(cancelled).to_string(), "cancelled: the user has left");
    }

    /// It is what a program shows whose `main` returns the error.
    #[test]
    fn failures_are_shown_as_a_list() {
        assert_eq!(format!("{:?}", failed(vec![1, 2])), "Failed([1, 2])");
    }
}
