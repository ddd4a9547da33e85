//! What a level of scope costs the operations inside it.
//!
//! A task enters some scopes, one in another, and works on a channel inside them. The same work
//! without the scopes runs before or after it, in turns, and the difference is what they cost.

use std::convert::Infallible;
use std::future::Future;
use std::time::Instant;

use anyrt_core::channel::{Receiver, Sender, bounded};
use anyrt_core::group::TaskGroup;
use anyrt_core::prelude::*;
use anyrt_core::scope::CancelScope;
use anyrt_tokio::TokioBackend;
use futures_util::future::join;

use crate::current::Current;
use crate::work::{Contest, Work, must_succeed, part};

/// The most that a level may cost each operation inside it, in seconds.
const LIMIT: f64 = 10e-9;

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    let operations = 1_000_000 / scale;
    let ready = [
        level::<Ready, 1>("1 level"),
        level::<Ready, 2>("2 levels"),
        level::<Ready, 3>("3 levels"),
        level::<Ready, 4>("4 levels"),
        level::<Ready, 5>("5 levels"),
        level::<Ready, 6>("6 levels"),
        level::<Ready, 7>("7 levels"),
        level::<Ready, 8>("8 levels"),
    ];
    let wait = [
        level::<Wait, 1>("1 level"),
        level::<Wait, 2>("2 levels"),
        level::<Wait, 3>("3 levels"),
        level::<Wait, 4>("4 levels"),
        level::<Wait, 5>("5 levels"),
        level::<Wait, 6>("6 levels"),
        level::<Wait, 7>("7 levels"),
        level::<Wait, 8>("8 levels"),
    ];
    let limit = Work {
        name: "10 ns a level",
        run: |operations| part(async move { LIMIT * operations as f64 }),
    };
    let contests = |(job, works): (_, [Work; 8])| {
        works.map(|work| Contest::new(job, work, limit, operations).at_most(1.0))
    };
    [("scopes-ready", ready), ("scopes-wait", wait)].into_iter().flat_map(contests).collect()
}

fn level<K: Kind, const DEPTH: usize>(name: &'static str) -> Work {
    Work { name, run: |operations| part(cost_of_a_level::<K, DEPTH>(operations)) }
}

/// What is done on the channel.
trait Kind: 'static {
    fn work(channel: &Channel, operations: usize) -> impl Future<Output = ()> + Send;
}

type Channel = (Sender<usize>, Receiver<usize>);

const OPEN: &str = "the channel is open";

/// Operations that never wait: each message is received as soon as it is sent.
struct Ready;

impl Kind for Ready {
    async fn work((sender, receiver): &Channel, operations: usize) {
        for item in 0..operations / 2 {
            sender.send(item).await.expect(OPEN);
            receiver.recv().await.expect(OPEN);
        }
    }
}

/// Operations that wait for each other, so that the task is polled through all scopes for each
/// message.
struct Wait;

impl Kind for Wait {
    async fn work((sender, receiver): &Channel, operations: usize) {
        let send = async {
            for item in 0..operations / 2 {
                sender.send(item).await.expect(OPEN);
            }
        };
        let receive = async {
            for _ in 0..operations / 2 {
                receiver.recv().await.expect(OPEN);
            }
        };
        join(send, receive).await;
    }
}

/// How often the work changes between inside and outside of the scopes.
const TURNS: usize = 20;

/// Gives the seconds that one of the levels costs all operations.
async fn cost_of_a_level<K: Kind, const DEPTH: usize>(operations: usize) -> f64 {
    let tokio = TokioBackend::here();
    let body = |group: TaskGroup<TokioBackend, Infallible>| async move {
        let cost = group.spawn(async move {
            let channel = bounded(1);
            let (mut inside, mut outside) = (0.0, 0.0);
            for _ in 0..TURNS {
                inside += time(nest::<DEPTH>(K::work(&channel, operations / TURNS))).await;
                outside += time(K::work(&channel, operations / TURNS)).await;
            }
            Ok((inside - outside) / DEPTH as f64)
        });
        Ok(cost.await.expect("nothing cancels it"))
    };
    must_succeed(tokio.task_group(body).await)
}

async fn time(work: impl Future<Output = ()> + Send) -> f64 {
    let start = Instant::now();
    work.await;
    start.elapsed().as_secs_f64()
}

async fn nest<const DEPTH: usize>(work: impl Future<Output = ()> + Send) {
    match DEPTH {
        1 => scope(work).await,
        2 => scope(scope(work)).await,
        3 => scope(scope(scope(work))).await,
        4 => scope(scope(scope(scope(work)))).await,
        5 => scope(scope(scope(scope(scope(work))))).await,
        6 => scope(scope(scope(scope(scope(scope(work)))))).await,
        7 => scope(scope(scope(scope(scope(scope(scope(work))))))).await,
        8 => scope(scope(scope(scope(scope(scope(scope(scope(work)))))))).await,
        _ => unreachable!("there are 1 to 8 levels"),
    }
}

async fn scope(inside: impl Future<Output = ()> + Send) {
    let scope = CancelScope::on(TokioBackend::here());
    scope.run(inside).await.expect("nobody cancels it");
}
