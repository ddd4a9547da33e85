//! One run: tasks send, receive, reserve, cancel, drop and close at random.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use anyrt::error::{TryRecvError, TrySendError};
use anyrt::{CancelScope, TaskGroup};
use anyrt_core::{Receiver, SendPermit, Sender};
use futures_util::StreamExt;

const TASKS: usize = 4;
const STEPS: usize = 40;

/// What became of the items, each of which has a number of its own.
#[derive(Default)]
struct Ledger {
    /// The sender of each.
    made: Mutex<Vec<usize>>,
    sent: Mutex<Vec<usize>>,
    /// By each receiver, in its order.
    received: Mutex<Vec<Vec<usize>>>,
    handed_back: Mutex<Vec<usize>>,
    /// With a future of which nobody knows how far it had come.
    dropped: Mutex<Vec<usize>>,
}

impl Ledger {
    fn make(&self, sender: usize) -> usize {
        let mut made = self.made.lock().unwrap();
        made.push(sender);
        made.len() - 1
    }
}

fn note<T>(list: &Mutex<Vec<T>>, entry: T) {
    list.lock().unwrap().push(entry);
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

async fn send_at_random<S: Sender<usize>>(
    group: TaskGroup,
    (number, mut sender): (usize, S),
    ledger: Arc<Ledger>,
    mut random: Random,
) {
    for _ in 0..STEPS {
        let item = ledger.make(number);
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
                        Some(permit.send(item).map_err(|error| error.0))
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
            Some(Ok(())) => note(&ledger.sent, item),
            Some(Err(item)) => note(&ledger.handed_back, item),
            None => note(&ledger.dropped, item),
        }
    }
}

async fn receive_at_random<R: Receiver<usize>>(
    group: TaskGroup,
    mut receiver: R,
    ledger: Arc<Ledger>,
    mut random: Random,
) {
    let mut all = Vec::new();
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
            Some(Some(item)) => all.push(item),
            Some(None) => break,
            None => anyrt::yield_now().await,
        }
    }
    note(&ledger.received, all);
}

/// Makes a run with the channel of that capacity, and panics if not all items are accounted for.
pub(crate) async fn one_round<S, R>(seed: u64, make: impl Fn(Option<usize>) -> (S, R))
where
    S: Sender<usize>,
    R: Receiver<usize>,
{
    let mut random = Random(seed);
    let capacity = [None, Some(0), Some(1), Some(2), Some(7)][random.below(5)];
    let receivers = [1, TASKS][random.below(2)];
    let (sender, receiver) = make(capacity);
    let ledger = Arc::new(Ledger::default());
    let watched = receiver.clone();
    let done = anyrt::task_group(|group: TaskGroup| {
        let ledger = ledger.clone();
        async move {
            for number in 0..TASKS {
                let chance = [(); 2].map(|()| Random(random.below(usize::MAX) as u64));
                let [first, second] = chance;
                let (group_of_sends, group_of_receives) = (group.clone(), group.clone());
                let sender = (number, sender.clone());
                group.spawn(send_at_random(group_of_sends, sender, ledger.clone(), first));
                if number < receivers {
                    let (receiver, ledger) = (receiver.clone(), ledger.clone());
                    group.spawn(receive_at_random(group_of_receives, receiver, ledger, second));
                }
            }
        }
    });
    done.await.unwrap();
    assert_eq!(watched.try_recv(), Err(TryRecvError::Closed), "the receivers drained it");
    let statistics = watched.statistics();
    assert_eq!(statistics.senders, 0, "all senders are gone");
    let left = (statistics.waiting_senders, statistics.waiting_receivers, statistics.reserved);
    assert_eq!(left, (0, 0, 0), "waiting on each side, and places held");

    let ledger = Arc::into_inner(ledger).expect("all tasks are gone");
    let made = ledger.made.into_inner().unwrap();
    let received = ledger.received.into_inner().unwrap();
    for number in 0..TASKS {
        for items in &received {
            let of_one = items.iter().filter(|item| made[**item] == number);
            // What one of several leaves undone comes to another one, which may be further on.
            let is_in_order = receivers > 1 || of_one.is_sorted();
            assert!(is_in_order, "the order of one sender, at the only receiver: {items:?}");
        }
    }
    let sorted = |list: Vec<usize>| {
        let mut list = list;
        list.sort_unstable();
        list
    };
    let [sent, handed_back, dropped] = [ledger.sent, ledger.handed_back, ledger.dropped]
        .map(|list| sorted(list.into_inner().unwrap()));
    let received = sorted(received.concat());
    let all = sorted([&sent[..], &handed_back, &dropped].concat());
    assert!(all.into_iter().eq(0..made.len()), "each has one fate");
    let mut expected = sent;
    if capacity == Some(0) {
        // A receiver may have taken the item just before its send was dropped.
        expected.extend(dropped.iter().filter(|item| received.binary_search(item).is_ok()));
        expected.sort_unstable();
    }
    assert_eq!(received, expected, "received, and sent ({capacity:?})");
}
