//! Many queries over few connections.
//!
//! asyncio: asyncpg's `create_pool(min_size, max_size)`, `async with pool.acquire()`. The pool itself is
//! [`pool`](crate::pool): a semaphore for how many, and a channel in which the idle ones lie.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyrt::{Cancelled, TimedOut};

use crate::pool::Pool;
use crate::toy_database::ToyDatabase;

/// What came of one query.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The database could not be reached, or broke off.
    #[error(transparent)]
    Io(#[from] io::Error),
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
pub async fn double_all(
    pool: &Arc<Pool<ToyDatabase>>,
    numbers: impl IntoIterator<Item = u64>,
    limit: impl Fn(u64) -> Duration,
) -> Result<Vec<Result<u64, QueryError>>, Cancelled> {
    anyrt::gather(numbers.into_iter().map(|number| {
        let (pool, limit) = (pool.clone(), limit(number));
        async move {
            let query = pool.with(async |connection| connection.double(number).await);
            Ok(anyrt::fail_after(limit, query).await???)
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
    use crate::pool::Pool;
    use crate::testing::{SECOND, assert_took, in_time, timed};
    use crate::toy_database;

    #[anyrt::test(sim, seeds = 10)]
    async fn fifty_queries_share_five_connections() {
        let visit = toy_database::visit(SECOND / 2, async |database, counts| {
            let pool = Arc::new(Pool::open(database, 2, 5).await.unwrap());
            assert_eq!(pool.counts(), (2, 5));
            let (answers, took) = timed(double_all(&pool, 0..50, |_| Duration::MAX)).await;
            let answers = answers.unwrap().into_iter().map(Result::unwrap);
            assert_eq!(Vec::from_iter(answers), Vec::from_iter((0..50).map(|number| number * 2)));
            assert_eq!(pool.counts(), (5, 5), "all came back");
            assert_eq!(counts.connections.peak(), 5);
            assert_eq!(counts.opened.load(Ordering::SeqCst), 5);
            assert_took(took, SECOND * 5);
        });
        in_time(visit).await.unwrap();
    }

    #[anyrt::test(sim, seeds = 10)]
    async fn a_query_that_is_cut_leaks_no_connection_and_no_answer() {
        let visit = toy_database::visit(SECOND / 2, async |database, counts| {
            let pool = Arc::new(Pool::open(database, 0, 5).await.unwrap());
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
            let (idle, free) = pool.counts();
            assert_eq!(free, 5, "none is leaked");
            assert!((1..=5).contains(&idle), "{idle} are idle");
            assert!(counts.connections.peak() <= 5 + 5, "those that are closed, too");
        });
        in_time(visit).await.unwrap();
    }
}
