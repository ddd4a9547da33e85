//! P5: every item is accounted for, whatever happens.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use anyrt_core::error::{SendError, TryRecvError, TrySendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelScope, Receiver, Sender, Toplevel};

use crate::laws::tools::{Random, lock, poll_raw, seed};
use crate::support::{Group, OnDrop, join, on_drop, turns};

const SENDERS: usize = 4;
const RECEIVERS: usize = 4;
const ITEMS: usize = 50;

/// How the sender of an item saw its `send` end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sent {
    #[default]
    Never,
    Completed,
    HandedBack,
    Cut,
    Dropped,
}

#[derive(Debug, Default)]
struct Fate {
    sent: Mutex<Sent>,
    received: AtomicUsize,
    dropped: AtomicUsize,
}

/// What became of every item.
type Ledger = Arc<Vec<Fate>>;

struct Item {
    id: usize,
    ledger: Ledger,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.ledger[self.id].dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// How the receivers end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// They receive until all senders are closed.
    Drained,
    /// They close early, and the senders get items back.
    Early,
    /// They close early, but one is left that drains the channel in the end.
    Left,
}

/// The cancel handles of operations that are under way.
struct Targets<B: Backend>(Arc<Mutex<Vec<<B::CancelScope as CancelScope>::Handle>>>);

impl<B: Backend> Clone for Targets<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Backend> Targets<B> {
    /// Cancels one of them, if there is any.
    fn hit(&self, random: &mut Random) {
        let target = {
            let mut targets = lock(&self.0);
            let len = targets.len();
            (len > 0).then(|| targets.swap_remove(random.below(len)))
        };
        if let Some(target) = target {
            target.cancel();
        }
    }
}

/// One of the tasks, with its share of chance.
struct Actor<B: Backend> {
    backend: B,
    targets: Targets<B>,
    random: Random,
}

impl<B: Backend> Actor<B> {
    /// Runs an operation in one of several ways; `Err` if it was cut or dropped.
    async fn operate<F: Future<Output: Send> + Send>(
        &mut self,
        operation: F,
    ) -> Result<F::Output, Sent> {
        match self.random.below(6) {
            0 | 1 => Ok(operation.await),
            2 | 3 => {
                let scope = self.backend.cancel_scope();
                let handle = scope.handle();
                if self.random.below(8) == 0 {
                    handle.cancel();
                } else {
                    lock(&self.targets.0).push(handle);
                }
                scope.run(operation).await.map_err(|_| Sent::Cut)
            }
            _ => {
                let mut operation = Box::pin(operation);
                for _ in 0..self.random.below(4) {
                    if let (Poll::Ready(value), _) = poll_raw(&mut operation).await {
                        return Ok(value);
                    }
                    turns(self.random.below(3)).await;
                }
                Err(Sent::Dropped)
            }
        }
    }

    async fn send_all(mut self, sender: B::Sender<Item>, ledger: Ledger, from: usize) {
        for id in from..from + ITEMS {
            let item = Item { id, ledger: ledger.clone() };
            let sent = if self.random.below(5) == 0 {
                match sender.try_send(item) {
                    Ok(()) => Sent::Completed,
                    Err(TrySendError::Full(item) | TrySendError::Closed(item)) => {
                        handed_back(&item, id)
                    }
                }
            } else {
                match self.operate(sender.send(item)).await {
                    Ok(Ok(())) => Sent::Completed,
                    Ok(Err(SendError(item))) => handed_back(&item, id),
                    Err(sent) => sent,
                }
            };
            *lock(&ledger[id].sent) = sent;
            if self.random.below(200) == 0 {
                sender.close();
            }
        }
    }

    async fn receive_all(mut self, receiver: B::Receiver<Item>, mut limit: usize) {
        while limit > 0 {
            limit -= 1;
            let received = if self.random.below(5) == 0 {
                match receiver.try_recv() {
                    Ok(item) => Some(item),
                    Err(TryRecvError::Empty) => {
                        turns(1).await;
                        None
                    }
                    Err(TryRecvError::Closed) => return,
                }
            } else {
                match self.operate(receiver.recv()).await {
                    Ok(Ok(item)) => Some(item),
                    Ok(Err(_)) => return,
                    Err(_) => None,
                }
            };
            if let Some(item) = received {
                note_received(&item);
            }
        }
        if self.random.below(2) == 0 {
            receiver.close();
        }
    }
}

fn handed_back(item: &Item, id: usize) -> Sent {
    assert_eq!(item.id, id, "a send gave back another sender's item");
    Sent::HandedBack
}

fn note_received(item: &Item) {
    item.ledger[item.id].received.fetch_add(1, Ordering::SeqCst);
}

pub(super) fn p5<B: Backend + Toplevel>(backend: &B) {
    let seed = seed();
    let mut round = 0;
    for capacity in [Some(1), Some(0), None, Some(3)] {
        for end in [End::Drained, End::Early, End::Left] {
            for on_thread in [false, true] {
                round += 1;
                let context = format!(
                    "ANYRT_SEED={seed}, round {round}: capacity {capacity:?}, {end:?}, \
                     cancelled from a thread: {on_thread}"
                );
                let seed = seed.wrapping_add(round << 32);
                stress(backend, capacity, end, on_thread, seed, &context);
            }
        }
    }
}

fn stress<B: Backend + Toplevel>(
    backend: &B,
    capacity: Option<usize>,
    end: End,
    on_thread: bool,
    seed: u64,
    context: &str,
) {
    let ledger: Ledger = Arc::new((0..SENDERS * ITEMS).map(|_| Fate::default()).collect());
    let targets = Targets::<B>(Arc::default());
    let thread = on_thread.then(|| cancel_on_a_thread(&targets, seed));
    backend.run(async {
        let result = backend
            .task_group(|group: Group<B>| {
                let (ledger, targets) = (ledger.clone(), targets.clone());
                async move {
                    if !on_thread {
                        let targets = targets.clone();
                        let (backend, mut random) = (backend.clone(), Random::new(!seed));
                        group.spawn(async move {
                            loop {
                                targets.hit(&mut random);
                                turns(random.below(4)).await;
                                backend.checkpoint().await;
                            }
                        });
                    }
                    exchange(backend, capacity, end, seed, ledger, targets).await;
                    group.cancel();
                }
            })
            .await;
        assert_eq!(result, Ok(()), "{context}: the group");
    });
    drop(thread);
    assert_all_accounted_for(&ledger, capacity, end, context);
}

/// Cancels targets on a thread of its own until the guard is dropped.
fn cancel_on_a_thread<B: Backend>(targets: &Targets<B>, seed: u64) -> OnDrop<impl FnOnce()> {
    let stop = Arc::new(AtomicBool::new(false));
    let (targets, stopped, mut random) = (targets.clone(), stop.clone(), Random::new(!seed));
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::SeqCst) {
            targets.hit(&mut random);
            std::thread::yield_now();
        }
    });
    on_drop(move || {
        stop.store(true, Ordering::SeqCst);
        join(thread);
    })
}

async fn exchange<B: Backend>(
    backend: &B,
    capacity: Option<usize>,
    end: End,
    seed: u64,
    ledger: Ledger,
    targets: Targets<B>,
) {
    let mut seeds = Random::new(seed);
    let (sender, receiver) = match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    };
    let mut actor = || Actor {
        backend: backend.clone(),
        targets: targets.clone(),
        random: Random::new(seeds.next()),
    };
    let limits: Vec<_> = (0..RECEIVERS)
        .map(|_| match end {
            End::Drained => usize::MAX,
            End::Early | End::Left => actor().random.below(ITEMS),
        })
        .collect();
    let result = backend
        .task_group(|group: Group<B>| {
            for (at, limit) in limits.into_iter().enumerate() {
                group.spawn(actor().send_all(sender.clone(), ledger.clone(), at * ITEMS));
                group.spawn(actor().receive_all(receiver.clone(), limit));
            }
            drop(sender);
            let left = (end == End::Left).then(|| receiver.clone());
            drop(receiver);
            async move {
                if let Some(receiver) = left {
                    while let Ok(item) = receiver.recv().await {
                        note_received(&item);
                    }
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group of senders and receivers");
}

fn assert_all_accounted_for(ledger: &Ledger, capacity: Option<usize>, end: End, context: &str) {
    for (id, fate) in ledger.iter().enumerate() {
        let sent = *lock(&fate.sent);
        let received = fate.received.load(Ordering::SeqCst);
        let dropped = fate.dropped.load(Ordering::SeqCst);
        let right = match sent {
            Sent::Never => false,
            // What is still in the channel when its last receiver closes is dropped with it.
            Sent::Completed if end == End::Early && capacity != Some(0) => received <= 1,
            Sent::Completed => received == 1,
            // A rendezvous may have been kept when the sender is dropped before it knows.
            Sent::Dropped if capacity == Some(0) => received <= 1,
            Sent::HandedBack | Sent::Cut | Sent::Dropped => received == 0,
        };
        assert!(
            right && dropped == 1,
            "{context}: item {id} was {sent:?}, received {received} times, dropped {dropped} times"
        );
    }
}
