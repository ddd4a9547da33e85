//! Laws P5 and X3 on a real runtime: whatever happens, every item is accounted for.
//!
//! Tasks send, receive, reserve, cancel, drop and close at random, on two threads. Afterwards what was
//! sent is what was received; what was handed back or dropped with its future was not. `ANYRT_SEED`
//! chooses a run, and a failure names its seed.

use std::collections::hash_map::RandomState;
use std::future::{Future, poll_fn};
use std::hash::BuildHasher;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use anyrt::channel::{self, Receiver, Sender};
use anyrt::error::{TryRecvError, TrySendError};
use anyrt::{CancelScope, TaskGroup};
use futures_util::StreamExt;

const ROUNDS: u64 = 1_000;
const TASKS: usize = 4;
const STEPS: usize = 40;

/// What became of the items, each of which has a number of its own.
#[derive(Default)]
struct Ledger {
    made: AtomicUsize,
    sent: Mutex<Vec<usize>>,
    received: Mutex<Vec<usize>>,
    handed_back: Mutex<Vec<usize>>,
    /// With a future of which nobody knows how far it had come.
    dropped: Mutex<Vec<usize>>,
}

impl Ledger {
    fn make(&self) -> usize {
        self.made.fetch_add(1, Ordering::Relaxed)
    }
}

fn note(list: &Mutex<Vec<usize>>, items: impl IntoIterator<Item = usize>) {
    list.lock().unwrap().extend(items);
}

/// Chance (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

/// Polls a future so often, with a turn for others between, and drops it.
async fn poll_times<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    for _ in 0..times {
        let poll = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(output) = poll {
            return Some(output);
        }
        anyrt::yield_now().await;
    }
    None
}

/// Runs a future that is cancelled from another task at some time.
async fn cancelled<F: Future>(group: &TaskGroup, delay: usize, future: F) -> Option<F::Output> {
    let scope = CancelScope::new();
    let handle = scope.handle();
    group.spawn(async move {
        for _ in 0..delay {
            anyrt::yield_now().await;
        }
        handle.cancel();
    });
    scope.run(future).await.ok()
}

async fn send_at_random(
    group: TaskGroup,
    mut sender: Sender<usize>,
    ledger: Arc<Ledger>,
    mut random: Random,
) {
    for _ in 0..STEPS {
        let item = ledger.make();
        let some = random.below(4);
        let sent = match random.below(7) {
            0 | 1 => Some(sender.send(item).await.map_err(|error| error.0)),
            2 => Some(sender.try_send(item).map_err(TrySendError::into_inner)),
            3 => {
                let sent = poll_times(some, sender.send(item)).await;
                sent.map(|sent| sent.map_err(|error| error.0))
            }
            4 => {
                let sent = cancelled(&group, some, sender.send(item)).await;
                sent.map(|sent| sent.map_err(|error| error.0))
            }
            5 => match cancelled(&group, some, sender.reserve()).await {
                Some(Ok(permit)) => {
                    anyrt::yield_now().await;
                    if some == 0 {
                        drop(permit);
                        Some(Err(item))
                    } else {
                        Some(permit.into_owned().send(item).map_err(|error| error.0))
                    }
                }
                Some(Err(_)) | None => Some(Err(item)),
            },
            _ => {
                let other = sender.clone();
                std::mem::replace(&mut sender, other).close();
                Some(Err(item))
            }
        };
        match sent {
            Some(Ok(())) => note(&ledger.sent, [item]),
            Some(Err(item)) => note(&ledger.handed_back, [item]),
            None => note(&ledger.dropped, [item]),
        }
    }
}

async fn receive_at_random(
    group: TaskGroup,
    mut receiver: Receiver<usize>,
    ledger: Arc<Ledger>,
    mut random: Random,
) {
    loop {
        let some = random.below(4);
        let received = match random.below(7) {
            0 | 1 => Some(receiver.recv().await.ok()),
            2 => match receiver.try_recv() {
                Ok(item) => Some(Some(item)),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Closed) => Some(None),
            },
            3 => poll_times(some, receiver.recv()).await.map(Result::ok),
            4 => cancelled(&group, some, receiver.recv()).await.map(Result::ok),
            5 => poll_times(some, receiver.next()).await,
            _ => {
                let other = receiver.clone();
                std::mem::replace(&mut receiver, other).close();
                None
            }
        };
        match received {
            Some(Some(item)) => note(&ledger.received, [item]),
            Some(None) => return,
            None => anyrt::yield_now().await,
        }
    }
}

async fn one_round(seed: u64) {
    let mut random = Random(seed);
    let capacity = [None, Some(0), Some(1), Some(2), Some(7)][random.below(5)];
    let (sender, receiver) = match capacity {
        Some(capacity) => channel::bounded(capacity),
        None => channel::unbounded(),
    };
    let ledger = Arc::new(Ledger::default());
    let ends = (sender.downgrade(), receiver.clone());
    let done = anyrt::task_group(|group: TaskGroup| {
        let ledger = ledger.clone();
        async move {
            for _ in 0..TASKS {
                let chance = [(); 2].map(|()| Random(random.below(usize::MAX) as u64));
                let [first, second] = chance;
                let (group_of_sends, group_of_receives) = (group.clone(), group.clone());
                let (sender, receiver) = (sender.clone(), receiver.clone());
                group.spawn(send_at_random(group_of_sends, sender, ledger.clone(), first));
                group.spawn(receive_at_random(group_of_receives, receiver, ledger.clone(), second));
            }
        }
    });
    done.await.unwrap();
    let (weak, receiver) = ends;
    assert!(weak.upgrade().is_none(), "all senders are gone");
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed), "the receivers drained it");
    let statistics = receiver.statistics();
    let left = (statistics.waiting_senders, statistics.waiting_receivers, statistics.reserved);
    assert_eq!(left, (0, 0, 0), "waiting on each side, and places held");

    let sorted = |list: &Mutex<Vec<usize>>| {
        let mut list = std::mem::take(&mut *list.lock().unwrap());
        list.sort_unstable();
        list
    };
    let (sent, received) = (sorted(&ledger.sent), sorted(&ledger.received));
    let (handed_back, dropped) = (sorted(&ledger.handed_back), sorted(&ledger.dropped));
    let mut all = [&sent[..], &handed_back, &dropped].concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..ledger.made.load(Ordering::Relaxed)), "each has one fate");
    let mut expected = sent;
    if capacity == Some(0) {
        // A receiver may have taken the item just before its send was dropped.
        expected.extend(dropped.iter().filter(|item| received.binary_search(item).is_ok()));
        expected.sort_unstable();
    }
    assert_eq!(received, expected, "received, and sent ({capacity:?})");
}

fn run(first_seed: u64) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for seed in first_seed..first_seed + ROUNDS {
        let round = async move {
            let in_time = anyrt::fail_after(Duration::from_secs(30), one_round(seed));
            in_time.await.expect("a round ends in time");
        };
        let round: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(round);
        let ended = runtime.block_on(runtime.spawn(round));
        assert!(ended.is_ok(), "ANYRT_SEED={seed} fails");
    }
}

#[test]
fn every_item_is_accounted_for() {
    let seed = std::env::var("ANYRT_SEED").ok().and_then(|seed| seed.parse().ok());
    run(seed.unwrap_or_else(|| RandomState::new().hash_one(0) >> 1));
}
