//! Sessions that the server ends.

use std::time::Duration;

use anyrt::process::{self, Command};
use anyrt_examples::patterns::connection_pool::Double;
use anyrt_examples::pool::Counts;
use anyrt_examples::postgres::{Postgres, PostgresError};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use crate::server::Server;
use crate::using::{SLOW, as_admin, new_role, patient, seen_by_server, until_active};

/// Ends all sessions of a role; returns when they are gone.
async fn end_sessions(server: &Server, role: &str) {
    const END: &str = "select bool_and(pg_terminate_backend(pid, 60000)) from pg_stat_activity where usename = $1";
    let ended = as_admin(server, async |session| {
        let row = session.run(session.query_typed_one(END, &[(&role, Type::TEXT)])).await?;
        Ok(row.try_get::<_, Option<bool>>(0)?)
    });
    assert_eq!(ended.await, Some(true));
}

pub(crate) async fn a_session_that_broke_is_replaced(server: &Server) {
    let role = new_role(server, 3).await;
    // Each is asked before it is used, however short it lay idle.
    let postgres = Postgres { check_after: Duration::ZERO, ..patient(server.config(&role)) };
    let visit = postgres.visit(3..=3, async |pool| {
        end_sessions(server, &role).await;
        let (number, answer) =
            pool.with(async |session| (session.number(), session.double(21).await)).await.unwrap();
        assert_eq!((number, answer.unwrap()), (4, 42));
        let idle = pool.counts().idle;
        assert_eq!(idle, 1, "the others were thrown away");
    });
    visit.await.unwrap();
}

pub(crate) async fn a_session_that_hangs_is_replaced(server: &Server) {
    let role = new_role(server, 2).await;
    let grace = Duration::from_millis(100);
    let check_after = Duration::ZERO;
    let postgres = Postgres { check_after, grace, ..Postgres::new(server.config(&role)) };
    let visit = postgres.visit(1..=1, async |pool| {
        let process = pool.with(async |session| {
            let row = session.run(session.query_typed_one("select pg_backend_pid()", &[])).await?;
            Ok::<i32, PostgresError>(row.try_get(0)?)
        });
        let process = process.await.unwrap().unwrap();
        signal("-STOP", process).await;
        let answer = pool.with(async |session| (session.number(), session.double(21).await)).await;
        signal("-CONT", process).await;
        let (number, answer) = answer.unwrap();
        assert_eq!((number, answer.unwrap()), (2, 42));
    });
    visit.await.unwrap();
}

async fn signal(signal: &str, process: i32) {
    let kill = Command::new("kill").args([signal, &process.to_string()]);
    process::run(kill).await.unwrap().success().unwrap();
}

pub(crate) async fn whoever_works_with_a_session_that_breaks_learns_why(server: &Server) {
    let role = new_role(server, 1).await;
    let visit = patient(server.config(&role)).visit(0..=1, async |pool| {
        let broken = pool.with(async |session| {
            session.double(21).await.unwrap();
            let asking = session.run(session.batch_execute(SLOW));
            let (asked, ()) = futures_util::future::join(asking, end_sessions(server, &role)).await;
            (asked, session.double(21).await)
        });
        let (asked, and_then) = broken.await.unwrap();
        let (error, later) = (asked.unwrap_err(), and_then.unwrap_err());
        assert!(matches!(error, PostgresError::Broken(_)), "{error:?}");
        let code = error.cause().and_then(tokio_postgres::Error::code);
        assert_eq!(code, Some(&SqlState::ADMIN_SHUTDOWN), "{error:?}");
        assert!(matches!(later, PostgresError::Broken(_)), "{later:?}");
        let again = pool.with(async |session| session.double(21).await).await.unwrap();
        assert_eq!(again.unwrap(), 42);
        assert_eq!(pool.counts(), Counts { open: 1, idle: 1, working: 0 });
    });
    visit.await.unwrap();
}

pub(crate) async fn a_pool_that_is_put_aside_is_closed(server: &Server) {
    let role = new_role(server, 2).await;
    let visit = patient(server.config(&role)).visit(2..=2, async |pool| pool);
    let pool = visit.await.unwrap();
    assert_eq!(pool.counts().open, 0, "no session is left");
    let closed = pool.with(async |session| session.double(21).await).await;
    assert!(matches!(closed, Err(PostgresError::Closed)), "{closed:?}");
}

pub(crate) async fn a_query_in_a_pool_that_is_closed_is_cancelled(server: &Server) {
    let role = new_role(server, 1).await;
    let (give_pool, pool) = anyrt::channel::oneshot();
    let visit = patient(server.config(&role)).visit(1..=1, async |pool| {
        give_pool.send(pool).unwrap();
        until_active(server, &role).await;
    });
    let outside = async {
        let pool = pool.await.unwrap();
        pool.with(async |session| session.run(session.batch_execute(SLOW)).await).await
    };
    let (visited, asked) = futures_util::future::join(visit, outside).await;
    visited.unwrap();
    let asked = asked.unwrap();
    assert!(matches!(asked, Err(PostgresError::Broken(_))), "{asked:?}");
    assert_eq!(seen_by_server(server, &role).await, (0, 0));
}
