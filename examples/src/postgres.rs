//! `PostgreSQL`: tokio-postgres over anyrt's TCP, on any backend, and in no runtime of tokio's.
//!
//! Of tokio, `tokio-postgres` wants no more than the I/O traits if it is given a connection: its
//! `connect_raw`, and the `Connection` that comes from there, neither spawn nor sleep. They run over
//! anyrt's connections with those traits ([`anyrt::net::compat`]), also where no tokio is. It is `connect`
//! that opens tokio's sockets and sets its timers; the crate has that only with its feature `runtime`,
//! which is off here. So what a [`Config`] says of opening a socket is this module's affair. The first
//! host and port and `connect_timeout` are followed; further hosts, Unix sockets, keepalives, TLS and
//! `target_session_attrs` are not.
//!
//! A `Connection` is the driver of its session: it has to be polled beside the queries. Each has a child of
//! its own in a group that [`Postgres::visit`] opens around the pool; `postgres/life.rs` is its life.

mod error;
mod life;
mod session;

use std::fmt::{self, Debug};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyrt::TaskGroup;
use anyrt::channel::oneshot;
use anyrt::net::TcpStream;
use anyrt::sync::{Event, OwnedPermit};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

pub use error::PostgresError;
pub use session::Session;

use crate::pool::{Connect, Pool};
use life::Life;

/// Where a database is, and how long to wait for it.
#[derive(Clone)]
pub struct Postgres {
    /// Host, port, user, password and database. Without a `connect_timeout` it is ten seconds.
    pub config: Config,
    /// A session that lay idle for so long is asked whether it is well, before it is used again.
    pub check_after: Duration,
    /// How long the server may take to let go of a session, and to say that it is well.
    ///
    /// A server that does not do it in time keeps something of the session, and its place is used again
    /// all the same.
    pub grace: Duration,
}

impl Postgres {
    /// Takes the configuration, and moderate times.
    pub fn new(config: Config) -> Self {
        Self { config, check_after: Duration::from_secs(30), grace: Duration::from_secs(1) }
    }

    /// Opens a pool, sends a visitor to it, and closes it.
    ///
    /// When it returns, no session is left. A pool that the visitor has put aside gives errors from then on.
    ///
    /// # Errors
    ///
    /// Why one of the first connections cannot be opened.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: the visitor's. The queries that run are cancelled in the server, too, and the
    /// sessions closed, for which a cancelled scope waits, at most as long as the grace says.
    pub async fn visit<T>(
        self,
        sizes: RangeInclusive<usize>,
        visitor: impl AsyncFnOnce(Arc<Pool<Connector>>) -> T,
    ) -> Result<T, PostgresError> {
        let visit = anyrt::task_group(|group: TaskGroup<PostgresError>| async move {
            let is_over = Arc::new(Event::new());
            let _over_when_dropped = SetWhenDropped(is_over.clone());
            let (postgres, opened) = (Arc::new(self), AtomicU64::new(0));
            let connector = Connector { postgres, group, is_over, opened };
            let pool = Arc::new(Pool::open(connector, sizes).await?);
            Ok(visitor(pool).await)
        });
        Ok(visit.await?)
    }

    async fn reach(&self) -> Result<TcpStream, PostgresError> {
        let Some(Host::Tcp(host)) = self.config.get_hosts().first() else {
            return Err(PostgresError::NoHost);
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        Ok(anyrt::net::connect_host(host, port).await?)
    }

    fn connect_timeout(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(Duration::from_secs(10))
    }
}

/// A password is in the configuration, which does not show it.
impl Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("config", &self.config).finish_non_exhaustive()
    }
}

struct SetWhenDropped(Arc<Event>);

impl Drop for SetWhenDropped {
    fn drop(&mut self) {
        self.0.set();
    }
}

/// Opens sessions, whose drivers are children of a group.
#[derive(Debug)]
pub struct Connector {
    postgres: Arc<Postgres>,
    group: TaskGroup<PostgresError>,
    is_over: Arc<Event>,
    opened: AtomicU64,
}

impl Connect for Connector {
    type Connection = Session;
    type Error = PostgresError;

    async fn connect(&self, place: OwnedPermit) -> Result<Session, PostgresError> {
        // Whoever waits for the session, and then the session, shows by this that it is wanted.
        let (wants_it, wanted) = oneshot();
        let (deliver, delivered) = oneshot();
        let (postgres, is_over) = (self.postgres.clone(), self.is_over.clone());
        let life = Life { postgres, is_over, wanted, deliver, place };
        // A cancellation would leave no time to part from the server. It reaches the child all the same,
        // through those whom it serves.
        let child = anyrt::shield(life.live());
        if self.group.named("PostgreSQL").try_spawn(child).is_err() {
            return Err(PostgresError::Closed);
        }
        let (client, ending) = delivered.await.unwrap_or(Err(PostgresError::Closed))?;
        let number = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Session::new(client, ending, number, wants_it))
    }

    async fn check(&self, session: &mut Session, idle: Duration) -> bool {
        if session.is_closed() || idle < self.postgres.check_after {
            return !session.is_closed();
        }
        let answer = anyrt::move_on_after(self.postgres.grace, session.check_connection()).await;
        answer.is_some_and(|answer| answer.is_ok())
    }
}
