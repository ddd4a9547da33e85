//! What the tests share: a role of their own, who uses which session, and what the server sees of it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt_examples::postgres::{Postgres, PostgresError, Session};
use tokio_postgres::types::Type;

use crate::PATIENCE;
use crate::server::Server;

/// How long the server may take to let go of a session: on a busy machine that is no fault.
pub(crate) fn patient(config: tokio_postgres::Config) -> Postgres {
    Postgres { grace: PATIENCE, check_after: Duration::MAX, ..Postgres::new(config) }
}

/// Does something as somebody who may do everything.
pub(crate) async fn as_admin<T>(
    server: &Server,
    work: impl AsyncFnOnce(&mut Session) -> Result<T, PostgresError>,
) -> T {
    let admin = patient(server.config("admin"));
    admin.visit(1..=1, async |pool| pool.with(work).await).await.unwrap().unwrap().unwrap()
}

/// Makes a role of which the server lets in only so many connections at once, and gives its name.
pub(crate) async fn new_role(server: &Server, connections: usize) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let role = format!("role{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let make = format!("create role {role} login connection limit {connections}");
    as_admin(server, async |session| session.run(session.batch_execute(&make)).await).await;
    role
}

/// How many connections of a role the server has, and how many of them do something.
pub(crate) async fn seen_by_server(server: &Server, role: &str) -> (i64, i64) {
    const COUNT: &str = "select count(*), count(*) filter (where state = 'active') \
                         from pg_stat_activity where usename = $1";
    as_admin(server, async |session| {
        let row = session.run(session.query_typed_one(COUNT, &[(&role, Type::TEXT)])).await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    })
    .await
}

/// For longer than any test has time.
pub(crate) const SLOW: &str = "select pg_sleep(1000)";

/// Waits until the server works for a role.
pub(crate) async fn until_active(server: &Server, role: &str) {
    while seen_by_server(server, role).await.1 == 0 {
        anyrt::sleep(Duration::from_millis(5)).await;
    }
}

/// Who uses which session, and which process of the server is behind it.
#[derive(Default)]
pub(crate) struct Sessions {
    used: Mutex<HashMap<u64, bool>>,
    processes: Mutex<HashMap<u64, i32>>,
}

impl Sessions {
    /// Takes a session, which nobody else may use meanwhile.
    pub(crate) fn enter(&self, number: u64) -> Using<'_> {
        let was_used = self.used.lock().unwrap().insert(number, true);
        assert_ne!(was_used, Some(true), "session {number} is used by two");
        Using { sessions: self, number }
    }

    /// How many different ones were used.
    pub(crate) fn count(&self) -> usize {
        self.used.lock().unwrap().len()
    }
}

pub(crate) struct Using<'a> {
    sessions: &'a Sessions,
    number: u64,
}

impl Using<'_> {
    /// Notes which process has answered: it is always the same, and of no other session.
    pub(crate) fn answered_by(&self, process: i32) {
        let mut processes = self.sessions.processes.lock().unwrap();
        let first = *processes.entry(self.number).or_insert(process);
        assert_eq!(first, process, "session {} has changed", self.number);
    }
}

impl Drop for Using<'_> {
    fn drop(&mut self) {
        self.sessions.used.lock().unwrap().insert(self.number, false);
    }
}
