//! A session, as its users see it.

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use anyrt::channel::OneshotSender;
use anyrt::sync::Event;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{Client, Error};

use super::PostgresError;

/// How the driver of a session has ended, for whoever still asks something.
#[derive(Debug, Default)]
pub(super) struct Ending {
    error: OnceLock<Option<Arc<Error>>>,
    told: Event,
}

impl Ending {
    pub(super) fn tell(&self, error: Option<Error>) {
        let _ = self.error.set(error.map(Arc::new));
        self.told.set();
    }

    async fn wait(&self) -> Option<Arc<Error>> {
        self.told.wait().await;
        self.error.get().cloned().flatten()
    }
}

/// A session in the database, and all that a [`Client`] can do.
///
/// When it is dropped while a query runs, the query is cancelled in the server, and the session closed.
pub struct Session {
    client: Client,
    ending: Arc<Ending>,
    number: u64,
    // Goes after the client, whose driver may then say good-bye at once.
    _wants_it: OneshotSender<Infallible>,
}

impl Session {
    pub(super) fn new(
        client: Client,
        ending: Arc<Ending>,
        number: u64,
        wants_it: OneshotSender<Infallible>,
    ) -> Self {
        Self { client, ending, number, _wants_it: wants_it }
    }

    /// Tells which session of its pool it is, in the order in which they were opened.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Waits for what a method of the client gives; if the session ends meanwhile, finds out why.
    ///
    /// # Errors
    ///
    /// [`PostgresError::Refused`] if the server does not do it, and [`PostgresError::Broken`] if it
    /// is gone.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: the answer. It does not reach the next query, which has to wait for it.
    pub async fn run<T>(
        &self,
        query: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, PostgresError> {
        match query.await {
            Ok(answer) => Ok(answer),
            Err(error) if error.is_closed() => Err(PostgresError::Broken(self.ending.wait().await)),
            Err(error) if is_last_word(&error) => Err(PostgresError::Broken(Some(Arc::new(error)))),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the server ends the session with this.
fn is_last_word(error: &Error) -> bool {
    let severity = error.as_db_error().and_then(DbError::parsed_severity);
    matches!(severity, Some(Severity::Fatal | Severity::Panic))
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("number", &self.number)
            .field("is_closed", &self.client.is_closed())
            .finish_non_exhaustive()
    }
}
