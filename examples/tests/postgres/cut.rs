//! What becomes of queries whose work is cut, in the server and in the pool.

use std::time::Duration;

use anyrt::CancelScope;
use anyrt::sync::Event;
use anyrt_examples::patterns::connection_pool::Double;
use anyrt_examples::pool::Counts;
use tokio_postgres::types::Type;

use crate::server::Server;
use crate::using::{SLOW, as_admin, new_role, patient, seen_by_server, until_active};

pub(crate) async fn a_query_that_is_cut_ends_in_the_server_too(server: &Server) {
    let role = new_role(server, 1).await;
    let visit = patient(server.config(&role)).visit(1..=1, async |pool| {
        let scope = CancelScope::new();
        let handle = scope.handle();
        let slow = pool.with(async |session| session.run(session.batch_execute(SLOW)).await);
        let cancel = async {
            until_active(server, &role).await;
            handle.cancel();
        };
        let (slow, ()) = futures_util::future::join(scope.run(slow), cancel).await;
        assert!(slow.is_err(), "{slow:?}");
        assert_eq!(pool.counts(), Counts { open: 1, idle: 0, working: 0 });
        // There is one place, which is free when the query is.
        let answer = pool.with(async |session| session.double(21).await).await.unwrap();
        assert_eq!(answer.unwrap(), 42);
    });
    visit.await.unwrap();
}

pub(crate) async fn a_query_that_is_cut_inside_of_the_work_disturbs_no_other(server: &Server) {
    const TEN_MS: &str = "select $1 from pg_sleep(0.01)";
    let role = new_role(server, 1).await;
    let visit = patient(server.config(&role)).visit(1..=1, async |pool| {
        for number in 0..100 {
            let answer = pool.with(async |session| {
                let params: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] =
                    [(&number, Type::INT8)];
                let slow = session.run(session.query_typed_one(TEN_MS, &params));
                let limit = Duration::from_micros(100 * u64::try_from(number).unwrap());
                let cut = anyrt::move_on_after(limit, slow).await;
                assert!(cut.is_none_or(|row| row.unwrap().get::<_, i64>(0) == number));
                session.double(number).await
            });
            assert_eq!(answer.await.unwrap().unwrap(), number * 2);
        }
        assert_eq!(pool.counts(), Counts { open: 1, idle: 1, working: 0 });
    });
    visit.await.unwrap();
}

pub(crate) async fn the_scope_around_a_pool_is_cancelled(server: &Server) {
    let role = new_role(server, 3).await;
    let (scope, is_idle) = (CancelScope::new(), Event::new());
    let handle = scope.handle();
    let visit = patient(server.config(&role)).visit(3..=3, async |pool| {
        is_idle.set();
        pool.with(async |session| session.run(session.batch_execute(SLOW)).await).await
    });
    let cancel = async {
        is_idle.wait().await;
        until_active(server, &role).await;
        handle.cancel();
    };
    let (visited, ()) = futures_util::future::join(scope.run(visit), cancel).await;
    assert!(visited.is_err());
    assert_eq!(seen_by_server(server, &role).await, (0, 0), "the scope has waited for all");
    as_admin(server, async |session| Ok(session.double(1).await?)).await;
}
