//! What no backend brings along, each with one fault, which its law finds.

#[path = "saboteurs/seen.rs"]
mod seen;

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use anyrt_conformance::{
    AnyBarrier, AnyBroadcast, AnyCondition, AnyEvent, AnyLimiter, AnyOneshot, AnyQueue, AnyWatch,
    CoreKit, Kit, Outcome, Shown, kit_laws_of,
};
use anyrt_core::channel::{
    BroadcastReceiver, BroadcastSender, OneshotReceiver, OneshotSender, Queue, WatchReceiver,
    WatchSender, oneshot,
};
use anyrt_core::sync::{self, CapacityLimiter, Event, OwnedMutexGuard, OwnedToken};
use anyrt_tokio::TokioBackend;

const LIMIT: Duration = Duration::from_secs(5);

/// What the law finds with this kit.
fn outcome<K: Kit>(id: &str) -> Outcome {
    seen::outcome(kit_laws_of::<TokioBackend, K>(), id, LIMIT, &TokioBackend::new())
}

/// Makes a kit of each fault, a test of it, and the table of what they break.
macro_rules! kits {
    ($($name:ident: $field:ident = $fault:ident breaks $id:literal;)*) => {
        $(
            #[test]
            fn $name() {
                struct Bad;

                kits! { @kit Bad $field = $fault }

                assert_ne!(outcome::<Bad>($id), Outcome::Passed, "the fault should break {}", $id);
            }
        )*

        const BROKEN: &[&str] = &[$($id),*];
    };
    (@kit $bad:ident Event = $fault:ident) => {
        kits! { @impl $bad $fault, Barrier, Condition, Limiter, Oneshot, Broadcast, Watch, Queue; Event }
    };
    (@kit $bad:ident Barrier = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Condition, Limiter, Oneshot, Broadcast, Watch, Queue; Barrier }
    };
    (@kit $bad:ident Condition = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Barrier, Limiter, Oneshot, Broadcast, Watch, Queue; Condition }
    };
    (@kit $bad:ident Limiter = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Barrier, Condition, Oneshot, Broadcast, Watch, Queue; Limiter }
    };
    (@kit $bad:ident Oneshot = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Barrier, Condition, Limiter, Broadcast, Watch, Queue; Oneshot }
    };
    (@kit $bad:ident Broadcast = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Barrier, Condition, Limiter, Oneshot, Watch, Queue; Broadcast }
    };
    (@kit $bad:ident Watch = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Barrier, Condition, Limiter, Oneshot, Broadcast, Queue; Watch }
    };
    (@kit $bad:ident Queue = $fault:ident) => {
        kits! { @impl $bad $fault, Event, Barrier, Condition, Limiter, Oneshot, Broadcast, Watch; Queue }
    };
    (@impl $bad:ident $fault:ident, $($good:ident),+; $field:ident) => {
        impl Kit for $bad {
            type $field = $fault;
            $(type $good = <CoreKit as Kit>::$good;)+
        }
    };
}

kits! {
    to_nobody_is_fine: Oneshot = ToNobodyIsFine breaks "H9";
    missed_in_silence: Broadcast = MissedInSilence breaks "H10";
    end_before_change: Watch = EndBeforeChange breaks "H11";
    taken_is_done: Queue = TakenIsDone breaks "H12";
    kept_by_the_dropped: Condition = KeptByTheDropped breaks "L6";
    two_for_one: Limiter = TwoForOne breaks "L7";
    never_fewer: Limiter = NeverFewer breaks "L7";
    forgets: Event = Forgets breaks "L8";
    counts_the_dropped: Barrier = CountsTheDropped breaks "L8";
}

#[test]
fn every_law_of_the_kit_has_a_saboteur() {
    seen::assert_all_are_broken(&kit_laws_of::<TokioBackend, CoreKit>(), BROKEN);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives way once.
async fn give_way() {
    let mut is_given = false;
    poll_fn(|cx| {
        if is_given {
            return Poll::Ready(());
        }
        is_given = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A value that nobody can receive is said to be sent.
struct ToNobodyIsFine;

struct Received(OneshotReceiver<u32>);

impl Future for Received {
    type Output = Option<u32>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        Pin::new(&mut self.0).poll(cx).map(Result::ok)
    }
}

impl AnyOneshot for ToNobodyIsFine {
    type Sender = OneshotSender<u32>;
    type Received = Received;

    fn new() -> (Self::Sender, Self::Received) {
        let (sender, receiver) = oneshot();
        (sender, Received(receiver))
    }

    fn send(sender: Self::Sender, number: u32) -> Option<u32> {
        let _ = sender.send(number);
        None
    }
}

/// A slow receiver is not told that it has missed something.
#[derive(Clone)]
struct MissedInSilence(BroadcastSender<u32>);

impl AnyBroadcast for MissedInSilence {
    type Receiver = BroadcastReceiver<u32>;

    fn new(capacity: usize) -> (Self, Self::Receiver) {
        let (sender, receiver) = <BroadcastSender<u32> as AnyBroadcast>::new(capacity);
        (Self(sender), receiver)
    }

    fn send(&self, number: u32) -> bool {
        self.0.send(number).is_ok()
    }

    fn subscribe(&self) -> Self::Receiver {
        self.0.subscribe()
    }

    async fn recv(receiver: &mut Self::Receiver) -> Shown {
        loop {
            match <BroadcastSender<u32> as AnyBroadcast>::recv(receiver).await {
                Shown::Missed(_) => {}
                shown => return shown,
            }
        }
    }
}

/// The last change goes with the sender.
struct EndBeforeChange(WatchSender<u32>);

impl AnyWatch for EndBeforeChange {
    type Receiver = WatchReceiver<u32>;

    fn new(number: u32) -> (Self, Self::Receiver) {
        let (sender, receiver) = <WatchSender<u32> as AnyWatch>::new(number);
        (Self(sender), receiver)
    }

    fn send(&self, number: u32) {
        AnyWatch::send(&self.0, number);
    }

    async fn changed(receiver: &mut Self::Receiver) -> bool {
        !receiver.is_closed() && receiver.changed().await.is_ok()
    }

    fn get(receiver: &Self::Receiver) -> u32 {
        *receiver.get()
    }
}

/// `join` waits only until all was taken.
#[derive(Clone)]
struct TakenIsDone(Arc<Queue<u32>>);

impl AnyQueue for TakenIsDone {
    fn new(max_size: usize) -> Self {
        Self(Arc::new(Queue::new(max_size)))
    }

    async fn put(&self, number: u32) -> bool {
        self.0.put(number).await
    }

    async fn get(&self) -> Option<u32> {
        self.0.get().await
    }

    fn task_done(&self) -> bool {
        self.0.task_done()
    }

    async fn join(&self) {
        while !self.0.is_empty() {
            give_way().await;
        }
    }

    fn shutdown(&self, immediate: bool) {
        self.0.shutdown(immediate);
    }
}

/// A waiter that is dropped keeps its place, and the notification that comes to it.
#[derive(Clone)]
struct KeptByTheDropped {
    lock: Arc<sync::Mutex<()>>,
    waiting: Arc<Mutex<VecDeque<Arc<Event>>>>,
}

impl AnyCondition for KeptByTheDropped {
    type Guard = OwnedMutexGuard<()>;

    fn new() -> Self {
        Self { lock: Arc::new(sync::Mutex::new(())), waiting: Arc::default() }
    }

    async fn lock(&self) -> Self::Guard {
        self.lock.clone().lock_owned().await
    }

    fn try_lock(&self) -> Option<Self::Guard> {
        self.lock.clone().try_lock_owned().ok()
    }

    async fn wait(&self, guard: Self::Guard) -> Self::Guard {
        let notified = Arc::new(Event::new());
        lock(&self.waiting).push_back(notified.clone());
        drop(guard);
        notified.wait().await;
        self.lock.clone().lock_owned().await
    }

    fn notify_one(&self) {
        if let Some(first) = lock(&self.waiting).pop_front() {
            first.set();
        }
    }

    fn notify_all(&self) {
        lock(&self.waiting).drain(..).for_each(|one| one.set());
    }
}

/// A borrower gets as many tokens as it asks for.
#[derive(Clone)]
struct TwoForOne {
    limiter: Arc<CapacityLimiter>,
    asked: Arc<AtomicU64>,
}

impl AnyLimiter for TwoForOne {
    type Token = OwnedToken;

    fn new(total: usize) -> Self {
        Self { limiter: Arc::new(CapacityLimiter::new(total)), asked: Arc::default() }
    }

    async fn acquire(&self, _: u64) -> Option<OwnedToken> {
        let somebody = self.asked.fetch_add(1, Ordering::SeqCst);
        AnyLimiter::acquire(&self.limiter, somebody).await
    }

    fn try_acquire(&self, _: u64) -> Option<OwnedToken> {
        let somebody = self.asked.fetch_add(1, Ordering::SeqCst);
        AnyLimiter::try_acquire(&self.limiter, somebody)
    }

    fn set_total(&self, total: usize) {
        self.limiter.set_total(total);
    }

    fn borrowed(&self) -> usize {
        self.limiter.borrowed()
    }
}

/// There are never fewer tokens than there were.
#[derive(Clone)]
struct NeverFewer(Arc<CapacityLimiter>);

impl AnyLimiter for NeverFewer {
    type Token = OwnedToken;

    fn new(total: usize) -> Self {
        Self(Arc::new(CapacityLimiter::new(total)))
    }

    async fn acquire(&self, borrower: u64) -> Option<OwnedToken> {
        AnyLimiter::acquire(&self.0, borrower).await
    }

    fn try_acquire(&self, borrower: u64) -> Option<OwnedToken> {
        AnyLimiter::try_acquire(&self.0, borrower)
    }

    fn set_total(&self, total: usize) {
        self.0.set_total(total.max(self.0.total()));
    }

    fn borrowed(&self) -> usize {
        self.0.borrowed()
    }
}

/// It wakes those that wait, and is not set for those that come later.
#[derive(Clone)]
struct Forgets(Arc<Mutex<Arc<Event>>>);

impl AnyEvent for Forgets {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn set(&self) {
        std::mem::take(&mut *lock(&self.0)).set();
    }

    fn is_set(&self) -> bool {
        lock(&self.0).is_set()
    }

    async fn wait(&self) {
        let event = lock(&self.0).clone();
        event.wait().await;
    }
}

/// Who gave up is counted as one that came.
#[derive(Clone)]
struct CountsTheDropped {
    n: usize,
    came: Arc<AtomicUsize>,
    rounds: Arc<Mutex<Vec<Arc<Event>>>>,
}

impl AnyBarrier for CountsTheDropped {
    fn new(n: usize) -> Self {
        Self { n, came: Arc::default(), rounds: Arc::default() }
    }

    async fn wait(&self) -> bool {
        let place = self.came.fetch_add(1, Ordering::SeqCst);
        let round = place / self.n;
        let all_came = {
            let mut rounds = lock(&self.rounds);
            let count = rounds.len().max(round + 1);
            rounds.resize_with(count, Arc::default);
            rounds[round].clone()
        };
        let is_last = place % self.n + 1 == self.n;
        if is_last {
            all_came.set();
        }
        all_came.wait().await;
        is_last
    }
}
