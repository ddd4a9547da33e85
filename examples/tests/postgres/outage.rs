//! A server that is killed under load, and comes back.

use std::sync::Arc;
use std::time::Duration;

use anyrt::sync::{Barrier, Event};
use anyrt::{AnyBackend, TaskGroup, blocking};
use anyrt_examples::patterns::connection_pool::Double;
use anyrt_examples::pool::{Counts, Pool};
use anyrt_examples::postgres::{Connector, PostgresError};

use crate::in_time;
use crate::installation::Installation;
use crate::server::Server;
use crate::using::patient;

const TASKS: usize = 20;
const CONNECTIONS: usize = 5;

async fn ask(pool: &Pool<Connector>, number: i64) -> Result<i64, PostgresError> {
    pool.with(async |session| session.double(number).await).await.and_then(|answer| answer)
}

/// Asks until nobody is there, and then until there is an answer again.
async fn one_user(
    pool: Arc<Pool<Connector>>,
    all_work: Arc<Barrier>,
    all_fail: Arc<Barrier>,
    is_back: Arc<Event>,
) {
    for number in 0..20 {
        assert_eq!(ask(&pool, number).await.unwrap(), number * 2);
    }
    all_work.wait().await;
    loop {
        match ask(&pool, 21).await {
            Ok(answer) => assert_eq!(answer, 42),
            Err(PostgresError::Connect(_)) => break,
            Err(error) => assert_is_typed(&error),
        }
    }
    all_fail.wait().await;
    is_back.wait().await;
    while let Err(error) = ask(&pool, 21).await {
        assert_is_typed(&error);
        anyrt::sleep(Duration::from_millis(5)).await;
    }
}

/// No session, or none any more, or a server that is not ready yet.
fn assert_is_typed(error: &PostgresError) {
    assert!(
        matches!(
            error,
            PostgresError::Broken(_) | PostgresError::Connect(_) | PostgresError::Refused(_)
        ),
        "{error:?}"
    );
}

async fn live_through_it(server: Arc<Server>) {
    let visit = patient(server.config("admin")).visit(1..=CONNECTIONS, async |pool| {
        let [all_work, all_fail] = [(); 2].map(|()| Arc::new(Barrier::new(TASKS + 1)));
        let is_back = Arc::new(Event::new());
        let users = anyrt::task_group(|group: TaskGroup| {
            let (pool, server) = (pool.clone(), server.clone());
            async move {
                for _ in 0..TASKS {
                    let (pool, is_back) = (pool.clone(), is_back.clone());
                    group.spawn(one_user(pool, all_work.clone(), all_fail.clone(), is_back));
                }
                all_work.wait().await;
                let to_kill = server.clone();
                blocking::run(move || to_kill.kill()).await;
                all_fail.wait().await;
                blocking::run(move || server.start_again()).await;
                is_back.set();
            }
        });
        users.await.unwrap();
        let Counts { open, idle, working } = pool.counts();
        assert_eq!((open, working), (idle, 0));
    });
    visit.await.unwrap();
}

pub(crate) fn run(backend: &AnyBackend, installation: &Installation) {
    let server = Arc::new(installation.start());
    anyrt::run_on(backend, in_time(live_through_it(server)));
}
