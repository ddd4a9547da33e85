//! Ten thousand queries of two hundred tasks over five connections, some of which are cut, anywhere.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use anyrt::{AnyBackend, CancelScope, TaskGroup};
use anyrt_examples::pool::{Counts, Pool};
use anyrt_examples::postgres::{Connector, PostgresError, Session};
use tokio_postgres::types::Type;

use crate::server::Server;
use crate::using::{Sessions, new_role, patient, seen_by_server};

const TASKS: u64 = 200;
const QUERIES: u64 = 50;
const CONNECTIONS: usize = 5;

/// Numbers that look random, all different for different seeds (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// Says which seed it was, if the test fails.
struct Seed(u64);

impl Seed {
    fn new() -> Self {
        let given = std::env::var("ANYRT_SEED").ok();
        let now = || std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos().into();
        Self(given.map_or_else(now, |seed| seed.parse().expect("ANYRT_SEED is a number")))
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to begin like this again: ANYRT_SEED={}", self.0);
        }
    }
}

/// What becomes of a query.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// Nobody disturbs it.
    Free,
    /// Its future is dropped when it was polled so many times.
    Dropped(u64),
    /// Its scope is cancelled when it was polled so many times.
    Cancelled(u64),
    /// It has a deadline.
    TooLate(Duration),
}

impl Fate {
    fn of(random: &mut Random) -> Self {
        match random.below(10) {
            0 => Self::Dropped(random.below(8)),
            1 => Self::Cancelled(random.below(8)),
            // From less than one query takes to as long as the queue.
            2 => Self::TooLate(Duration::from_micros(1 << random.below(17))),
            _ => Self::Free,
        }
    }

    async fn fall<F: Future>(self, query: F) -> Option<F::Output> {
        match self {
            Self::Free => Some(query.await),
            Self::Dropped(polls) => {
                let mut query = pin!(query);
                let cut = poll_fn(|cx| query.as_mut().poll(cx).map(Some));
                before_poll(polls, cut, || Some(Poll::Ready(None))).await
            }
            Self::Cancelled(polls) => {
                let scope = CancelScope::new();
                let handle = scope.handle();
                let cancel = move || {
                    handle.cancel();
                    None
                };
                scope.run(before_poll(polls, query, cancel)).await.ok()
            }
            Self::TooLate(limit) => anyrt::move_on_after(limit, query).await,
        }
    }
}

/// Calls somebody before a certain poll of a future, who may take its place.
async fn before_poll<F: Future>(
    mut poll: u64,
    future: F,
    mut call: impl FnMut() -> Option<Poll<F::Output>>,
) -> F::Output {
    let mut future = pin!(future);
    poll_fn(move |cx| {
        let instead = if poll == 0 { call() } else { None };
        poll = poll.saturating_sub(1);
        instead.unwrap_or_else(|| future.as_mut().poll(cx))
    })
    .await
}

/// Asks something whose answer depends on the number; some of it takes the server a while.
async fn ask(
    session: &mut Session,
    sessions: &Sessions,
    number: i64,
) -> Result<i64, PostgresError> {
    const FAST: &str = "select $1 * 2 + 1, pg_backend_pid()";
    const SLOW: &str = "select $1 * 2 + 1, pg_backend_pid() from pg_sleep(0.003)";
    let alone = sessions.enter(session.number());
    let query = if number % 16 == 0 { SLOW } else { FAST };
    let row = session.run(session.query_typed_one(query, &[(&number, Type::INT8)])).await?;
    alone.answered_by(row.try_get(1)?);
    Ok(row.try_get(0)?)
}

/// What has become of all.
#[derive(Default)]
struct Tally {
    answered: AtomicUsize,
    cut: AtomicUsize,
}

async fn one_task(
    task: u64,
    seed: u64,
    pool: Arc<Pool<Connector>>,
    sessions: Arc<Sessions>,
    tally: Arc<Tally>,
) {
    let mut random = Random(seed ^ (task << 32));
    for query in 0..QUERIES {
        let number = i64::try_from(random.below(1 << 40)).unwrap();
        let fate = Fate::of(&mut random);
        let asked = pool.with(async |session| ask(session, &sessions, number).await);
        let counter = match fate.fall(asked).await {
            Some(answer) => {
                let answer = answer.and_then(|answer| answer);
                let answer = answer.unwrap_or_else(|e| panic!("{task}, {query}, {fate:?}: {e}"));
                assert_eq!(answer, number * 2 + 1);
                &tally.answered
            }
            None => {
                assert_ne!(fate, Fate::Free);
                &tally.cut
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) async fn ten_thousand_queries_of_200_tasks_share_5_connections(server: &Server) {
    let seed = Seed::new();
    // One connection more than these, at any time, and the server refuses it, which fails the test.
    let role = new_role(server, CONNECTIONS).await;
    let (sessions, tally) = (Arc::new(Sessions::default()), Arc::new(Tally::default()));
    let start = Instant::now();

    let visit = patient(server.config(&role)).visit(2..=CONNECTIONS, async |pool| {
        let tasks = anyrt::task_group(|group: TaskGroup| {
            let (seed, pool, sessions, tally) =
                (seed.0, pool.clone(), sessions.clone(), tally.clone());
            async move {
                for task in 0..TASKS {
                    let (pool, sessions, tally) = (pool.clone(), sessions.clone(), tally.clone());
                    group.spawn(one_task(task, seed, pool, sessions, tally));
                }
            }
        });
        tasks.await.unwrap();
        let took = start.elapsed();
        assert_eq!(pool.counts().working, 0, "all turns are free");
        use_all_at_once(&pool, server, &role).await;
        (took, pool)
    });
    let (took, pool) = visit.await.unwrap();

    let [answered, cut] = [&tally.answered, &tally.cut].map(|count| count.load(Ordering::Relaxed));
    assert_eq!(answered + cut, usize::try_from(TASKS * QUERIES).unwrap());
    assert!(sessions.count() > CONNECTIONS, "none was cut while it worked");
    assert_eq!(pool.counts().open, 0, "all places are free");
    assert_eq!(seen_by_server(server, &role).await, (0, 0), "the server has let go of all");
    println!(
        "{}: {answered} answered, {cut} cut, {} sessions, {took:.2?}",
        AnyBackend::current().unwrap(),
        sessions.count(),
    );
}

/// No connection and no permit is lost: all can be had at once, and the server sees as many.
async fn use_all_at_once(pool: &Arc<Pool<Connector>>, server: &Server, role: &str) {
    let (all_here, all_seen) =
        (anyrt::sync::Barrier::new(CONNECTIONS + 1), anyrt::sync::Event::new());
    let users = futures_util::future::join_all((0..CONNECTIONS).map(|_| {
        pool.with(async |_| {
            all_here.wait().await;
            all_seen.wait().await;
        })
    }));
    let count = async {
        all_here.wait().await;
        let at_work = Counts { open: CONNECTIONS, idle: 0, working: CONNECTIONS };
        assert_eq!(pool.counts(), at_work);
        let seen = seen_by_server(server, role).await;
        assert_eq!(seen, (i64::try_from(CONNECTIONS).unwrap(), 0));
        all_seen.set();
    };
    let (users, ()) = futures_util::future::join(users, count).await;
    assert!(users.iter().all(Result::is_ok), "{users:?}");
}
