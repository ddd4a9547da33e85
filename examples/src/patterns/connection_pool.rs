//! Many queries over few connections.
//!
//! asyncio: asyncpg's `create_pool(min_size, max_size)`, `async with pool.acquire()`. The pool itself is
//! [`pool`](crate::pool): semaphores for how many, and a channel in which the idle ones lie. It is the
//! same over a [`PostgreSQL`](crate::postgres) and over a [toy](crate::toy_database), which a simulation can
//! run.

use std::convert::identity;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyrt::{Cancelled, TimedOut};
use tokio_postgres::types::Type;

use crate::pool::{Connect, Pool};
use crate::postgres::{PostgresError, Session};
use crate::toy_database::Connection;

/// A connection to something that can double numbers.
pub trait Double: Send {
    /// Why there is no answer.
    type Error: Send;

    /// Has a number doubled.
    fn double(&mut self, number: i64) -> impl Future<Output = Result<i64, Self::Error>> + Send;
}

impl Double for Session {
    type Error = PostgresError;

    async fn double(&mut self, number: i64) -> Result<i64, PostgresError> {
        const DOUBLE: &str = "select $1 * 2";
        let row = self.run(self.query_typed_one(DOUBLE, &[(&number, Type::INT8)])).await?;
        Ok(row.try_get(0)?)
    }
}

impl Double for Connection {
    type Error = io::Error;

    async fn double(&mut self, number: i64) -> io::Result<i64> {
        self.double(number).await
    }
}

/// What came of one query.
#[derive(Debug, thiserror::Error)]
pub enum QueryError<E> {
    /// The database could not be reached, or broke off, or refused.
    #[error(transparent)]
    Database(E),
    /// It took too long.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
}

/// Has the numbers doubled, all at once, over the connections of the pool.
///
/// Of each query, `limit` tells how long it may take, the wait for a connection included.
///
/// # Errors
///
/// [`Cancelled`] if the runtime is shut down meanwhile.
pub async fn double_all<C, E>(
    pool: &Arc<Pool<C>>,
    numbers: impl IntoIterator<Item = i64>,
    limit: impl Fn(i64) -> Duration,
) -> Result<Vec<Result<i64, QueryError<E>>>, Cancelled>
where
    C: Connect<Connection: Double<Error = E>, Error = E> + 'static,
    E: Send + 'static,
{
    anyrt::gather(numbers.into_iter().map(|number| {
        let (pool, limit) = (pool.clone(), limit(number));
        async move {
            let query = pool.with(async |connection| connection.double(number).await);
            let answered = anyrt::fail_after(limit, query).await?;
            answered.and_then(identity).map_err(QueryError::Database)
        }
    }))
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::double_all;
    use crate::pool::{Counts, Pool};
    use crate::testing::{SECOND, assert_took, in_time, timed};
    use crate::toy_database;

    #[anyrt::test(sim, seeds = 10)]
    async fn fifty_queries_share_five_connections() {
        let visit = toy_database::visit(SECOND / 2, async |database, counts| {
            let pool = Arc::new(Pool::open(database, 2..=5).await.unwrap());
            assert_eq!(pool.counts(), Counts { open: 2, idle: 2, working: 0 });
            let (answers, took) = timed(double_all(&pool, 0..50, |_| Duration::MAX)).await;
            let answers = answers.unwrap().into_iter().map(Result::unwrap);
            assert_eq!(Vec::from_iter(answers), Vec::from_iter((0..50).map(|number| number * 2)));
            let all_came_back = Counts { open: 5, idle: 5, working: 0 };
            assert_eq!(pool.counts(), all_came_back);
            assert_eq!(counts.connections.peak(), 5);
            assert_eq!(counts.opened.load(Ordering::SeqCst), 5);
            assert_took(took, SECOND * 5);
        });
        in_time(visit).await.unwrap();
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_query_that_is_cut_leaks_no_connection_and_no_answer() {
        let visit = toy_database::visit(SECOND / 2, async |database, counts| {
            let pool = Arc::new(Pool::open(database, 0..=5).await.unwrap());
            // Of each three, one is cut while it waits, or while its answer is on the way.
            let limit = |number| match number % 3 {
                0 => SECOND / 4,
                _ => Duration::MAX,
            };
            let answers = double_all(&pool, 0..50, limit).await.unwrap();
            for (number, answer) in (0..).zip(answers) {
                match answer {
                    Ok(answer) => assert_eq!(answer, number * 2),
                    Err(_) => assert_eq!(number % 3, 0),
                }
            }
            let Counts { open, idle, working } = pool.counts();
            assert_eq!((open, working), (idle, 0), "none is leaked");
            assert!((1..=5).contains(&idle), "{idle} are idle");
            assert!(counts.connections.peak() <= 5 + 5, "those that are closed, too");
        });
        in_time(visit).await.unwrap();
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_connection_that_broke_is_replaced() {
        let visit = toy_database::visit(Duration::ZERO, async |database, counts| {
            let pool = Arc::new(Pool::open(database, 1..=1).await.unwrap());
            let broken = pool.with(async |connection| connection.double(i64::MAX).await).await;
            assert!(broken.unwrap().is_err());
            let answers = double_all(&pool, 0..2, |_| Duration::MAX).await.unwrap();
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
            assert_eq!(counts.opened.load(Ordering::SeqCst), 2);
            assert_eq!(pool.counts(), Counts { open: 1, idle: 1, working: 0 });
        });
        in_time(visit).await.unwrap();
    }
}
