//! Databases that let nobody in, and what is no database at all.

use std::time::Duration;

use anyrt::TaskGroup;
use anyrt_examples::postgres::{Postgres, PostgresError};
use futures_util::AsyncWriteExt;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, Error};

use crate::server::Server;
use crate::using::{as_admin, new_role};

/// What comes of opening a connection.
async fn refusal(config: Config) -> PostgresError {
    let visit = Postgres::new(config).visit(1..=1, async |_| ()).await;
    visit.expect_err("somebody has let us in")
}

fn code(error: &PostgresError) -> Option<&SqlState> {
    error.cause().and_then(Error::code)
}

pub(crate) async fn a_wrong_password_is_refused(server: &Server) {
    const MAKE: &str = "do $$ begin
        create role guest login password 'right';
        exception when duplicate_object or unique_violation then null;
    end $$";
    as_admin(server, async |session| session.run(session.batch_execute(MAKE)).await).await;
    let mut config = server.config("guest");
    let missing = refusal(config.clone()).await;
    assert!(matches!(missing, PostgresError::Refused(_)), "{missing:?}");

    let wrong = refusal(config.password("wrong").clone()).await;
    assert!(matches!(wrong, PostgresError::Refused(_)), "{wrong:?}");
    assert_eq!(code(&wrong), Some(&SqlState::INVALID_PASSWORD), "{wrong}");

    let right = Postgres::new(config.password("right").clone());
    assert_eq!(right.visit(1..=1, async |pool| pool.counts().idle).await.unwrap(), 1);
}

pub(crate) async fn a_database_that_is_not_there_is_refused(server: &Server) {
    let error = refusal(server.config("admin").dbname("atlantis").clone()).await;
    assert_eq!(code(&error), Some(&SqlState::INVALID_CATALOG_NAME), "{error}");
    assert!(error.to_string().contains("atlantis"), "{error}");
}

pub(crate) async fn no_more_connections_are_let_in_than_the_role_may_have(server: &Server) {
    let role = new_role(server, 2).await;
    let visit = Postgres::new(server.config(&role)).visit(3..=3, async |_| ()).await;
    let error = visit.unwrap_err();
    assert_eq!(code(&error), Some(&SqlState::TOO_MANY_CONNECTIONS), "{error}");
}

fn at(port: u16) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("nobody").connect_timeout(Duration::from_millis(50));
    config
}

pub(crate) async fn a_port_where_nobody_listens(_server: &Server) {
    let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = refusal(at(port)).await;
    assert!(
        matches!(&error, PostgresError::Connect(why) if why.attempts().len() == 1),
        "{error:?}"
    );
}

pub(crate) async fn a_peer_that_is_silent(_server: &Server) {
    // What is not accepted is connected, too.
    let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await.unwrap();
    let mut config = at(listener.local_addr().unwrap().port());
    let error = refusal(config.clone()).await;
    assert!(matches!(error, PostgresError::TimedOut(_)), "{error:?}");

    // So it is by a deadline around.
    config.connect_timeout(Duration::MAX);
    let waiting = anyrt::move_on_after(Duration::from_millis(50), refusal(config)).await;
    assert!(waiting.is_none(), "{waiting:?}");
}

pub(crate) async fn a_peer_that_is_no_database(_server: &Server) {
    // No answer, half an answer, a huge length, something else.
    let answers: [&[u8]; 4] =
        [b"", b"R\0\0", b"R\x7f\xff\xff\xff", b"HTTP/1.1 400 Bad Request\r\n\r\n"];
    for answer in answers {
        let listener = anyrt::net::listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let group = anyrt::task_group(async |group: TaskGroup| {
            group.spawn(async move {
                let mut stream = listener.accept().await.unwrap().0;
                stream.write_all(answer).await.unwrap();
                stream.close().await.unwrap();
            });
            Ok(refusal(at(port)).await)
        });
        let error = group.await.unwrap();
        assert!(matches!(error, PostgresError::Refused(_)), "{answer:?}: {error:?}");
    }
}
