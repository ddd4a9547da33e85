//! What can go wrong with a database.

use std::error::Error;
use std::sync::Arc;

use anyrt::error::ConnectError;
use anyrt::{Cancelled, GroupError, TimedOut};

/// A query has no answer, or a session could not be opened.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The configuration does not begin with a host to connect to by TCP.
    #[error("the configuration names no host to connect to by TCP: add `host=localhost`, say")]
    NoHost,
    /// Nobody listens there.
    #[error(transparent)]
    Connect(Arc<ConnectError>),
    /// Whoever listens there does not answer as a database does, or not in time.
    #[error("the database does not let us in: {0}")]
    TimedOut(#[from] TimedOut),
    /// The database refused: the user, the password, the query.
    #[error("the database refuses: {}", in_full(.0))]
    Refused(Arc<tokio_postgres::Error>),
    /// The session has ended, for this reason if it is known.
    #[error("the session has ended: {}", .0.as_ref().map_or("nobody knows why".into(), in_full))]
    Broken(Option<Arc<tokio_postgres::Error>>),
    /// The pool has been closed.
    #[error("the pool is closed")]
    Closed,
    /// The runtime was shut down meanwhile.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// tokio-postgres says what kind of error it is, and leaves the rest to its source.
fn in_full(error: &Arc<tokio_postgres::Error>) -> String {
    error.source().map_or(error.to_string(), |source| format!("{error}: {source}"))
}

impl PostgresError {
    /// Gives what tokio-postgres says, which knows the code of the server.
    pub fn cause(&self) -> Option<&tokio_postgres::Error> {
        match self {
            Self::Refused(error) | Self::Broken(Some(error)) => Some(error),
            _ => None,
        }
    }
}

impl From<ConnectError> for PostgresError {
    fn from(error: ConnectError) -> Self {
        Self::Connect(Arc::new(error))
    }
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Refused(Arc::new(error))
    }
}

impl From<GroupError<PostgresError>> for PostgresError {
    fn from(error: GroupError<PostgresError>) -> Self {
        match error {
            GroupError::Failed(failures) => failures.into_first(),
            GroupError::Cancelled(cancelled) => cancelled.into(),
        }
    }
}
