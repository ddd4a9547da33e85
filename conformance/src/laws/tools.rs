//! What the checks of cancellation, time and queues share.

use std::collections::hash_map::RandomState;
use std::future::{Future, poll_fn};
use std::hash::BuildHasher;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use anyrt_core::error::Reason;
use anyrt_core::{Backend, CancelHandle};

use crate::support::{Group, OnDrop, on_drop, turns};

/// Longer than any check runs.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Long enough that nobody reaches the end because the machine is slow.
pub(crate) const LONG: Duration = Duration::from_secs(8);

/// Gives a moment that has passed.
pub(crate) fn past<B: Backend>(backend: &B) -> Instant {
    let now = backend.now();
    now.checked_sub(Duration::from_secs(1)).unwrap_or(now)
}

/// Locks, also after a panic of a check.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that happens once, and can be awaited before and after.
///
/// It is made of `std` alone, so that a fault of a backend shows in its own law only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Event {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn set(&self) {
        let wakers = {
            let mut state = lock(&self.0);
            state.0 = true;
            mem::take(&mut state.1)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn is_set(&self) -> bool {
        lock(&self.0).0
    }

    /// Waits for the event; a foreign future, no checkpoint.
    pub(crate) fn wait(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let event = self.clone();
        poll_fn(move |cx| {
            let mut state = lock(&event.0);
            if state.0 {
                return Poll::Ready(());
            }
            if !state.1.iter().any(|waker| waker.will_wake(cx.waker())) {
                state.1.push(cx.waker().clone());
            }
            Poll::Pending
        })
    }

    /// Sets the event when the guard is dropped.
    pub(crate) fn guard(&self) -> OnDrop<impl FnOnce() + Send + 'static + use<>> {
        let event = self.clone();
        on_drop(move || event.set())
    }
}

/// Counts down the time that a check waits for something that should come soon.
pub(crate) struct Patience {
    what: &'static str,
    end: Instant,
    turns: usize,
}

impl Patience {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, end: Instant::now() + LONG, turns: 0 }
    }

    pub(crate) async fn turn(&mut self) {
        assert!(Instant::now() < self.end, "waited in vain: {}", self.what);
        self.turns += 1;
        if self.turns > 50 {
            // Leaves the processor to those for whom the check waits.
            thread::sleep(Duration::from_micros(100));
        }
        turns(1).await;
    }
}

/// Waits until a condition holds, and panics if that takes too long.
macro_rules! eventually {
    ($what:expr, $condition:expr) => {{
        let mut patience = $crate::laws::tools::Patience::new($what);
        while !$condition {
            patience.turn().await;
        }
    }};
}
pub(crate) use eventually;

/// From where a scope is cancelled: all three must give the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The task itself.
    Within,
    /// A thread that the runtime does not know.
    Thread,
    /// A child of a group, awaited.
    Child,
}

impl Source {
    pub(crate) const ALL: [Self; 3] = [Self::Within, Self::Thread, Self::Child];

    /// Cancels from there, and comes back when that is done.
    pub(crate) async fn cancel<B: Backend, H: CancelHandle>(self, backend: &B, handle: &H) {
        self.cancel_with(backend, handle, Reason::Requested).await;
    }

    /// Cancels from there with a reason, and comes back when that is done.
    pub(crate) async fn cancel_with<B: Backend, H: CancelHandle>(
        self,
        backend: &B,
        handle: &H,
        reason: impl Into<Reason>,
    ) {
        let (handle, reason) = (handle.clone(), reason.into());
        match self {
            Self::Within => handle.cancel_with(reason),
            Self::Thread => {
                crate::support::join(thread::spawn(move || handle.cancel_with(reason)));
            }
            Self::Child => {
                use anyrt_core::TaskGroup as _;
                let done = backend
                    .task_group(|group: Group<B>| {
                        group.spawn(async move { handle.cancel_with(reason) });
                        async {}
                    })
                    .await;
                assert!(done.is_ok(), "a group whose child only cancelled a scope gave {done:?}");
            }
        }
    }
}

/// Polls a future to its end, and panics if that takes too long.
pub(crate) async fn in_time<F: Future + Unpin>(what: &'static str, future: &mut F) -> F::Output {
    let mut patience = Patience::new(what);
    loop {
        if let (Poll::Ready(value), _) = poll_raw(future).await {
            return value;
        }
        patience.turn().await;
    }
}

/// A waker that counts how often it was woken, and passes it on to another one.
pub(crate) struct Alarm {
    rung: AtomicUsize,
    next: Waker,
}

impl Alarm {
    /// Makes an alarm that wakes nobody.
    pub(crate) fn new() -> Arc<Self> {
        Self::before(Waker::noop())
    }

    pub(crate) fn before(next: &Waker) -> Arc<Self> {
        Arc::new(Self { rung: AtomicUsize::new(0), next: next.clone() })
    }

    pub(crate) fn rung(&self) -> usize {
        self.rung.load(Ordering::SeqCst)
    }

    /// Polls a future once with this waker alone.
    pub(crate) fn poll<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(&Waker::from(self.clone())))
    }

    /// Like [`step`], with this waker alone; what rang before is forgotten.
    pub(crate) async fn step<F: Future + Unpin>(
        self: &Arc<Self>,
        future: &mut F,
    ) -> Poll<F::Output> {
        for _ in 0..1000 {
            self.rung.store(0, Ordering::SeqCst);
            match self.poll(future) {
                Poll::Pending if self.rung() > 0 => turns(1).await,
                poll => return poll,
            }
        }
        Poll::Pending
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        self.next.wake_by_ref();
    }
}

/// Polls a future exactly once, and tells whether it woke its task meanwhile.
pub(crate) async fn poll_raw<F: Future + Unpin>(future: &mut F) -> (Poll<F::Output>, bool) {
    poll_fn(|cx| {
        let alarm = Alarm::before(cx.waker());
        let poll = alarm.poll(future);
        Poll::Ready((poll, alarm.rung() > 0))
    })
    .await
}

/// Polls a future until it is ready or waits for something else than its turn.
///
/// An operation may give way before it does anything (law F2); a check that wants to see it in a
/// queue polls it again.
pub(crate) async fn step<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    for _ in 0..1000 {
        match poll_raw(future).await {
            (Poll::Pending, true) => turns(1).await,
            (poll, _) => return poll,
        }
    }
    Poll::Pending
}

/// Polls a future until it is ready or waits, and then drops it.
pub(crate) async fn attempt<F: Future>(future: F) -> Option<F::Output> {
    match step(&mut Box::pin(future)).await {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Polls two futures in one task until both are ready.
pub(crate) async fn both<L: Future, R: Future>(left: L, right: R) -> (L::Output, R::Output) {
    let (mut left, mut right) = (Box::pin(left), Box::pin(right));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none()
            && let Poll::Ready(value) = left.as_mut().poll(cx)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = right.as_mut().poll(cx)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (left, right) => {
                (first, second) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

/// A future that sets an event once it waits for something else than its turn.
pub(crate) struct Parked<F> {
    future: Pin<Box<F>>,
    waits: Event,
}

/// Makes a [`Parked`] around `future`.
pub(crate) fn parked<F: Future>(waits: &Event, future: F) -> Parked<F> {
    Parked { future: Box::pin(future), waits: waits.clone() }
}

impl<F: Future> Future for Parked<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let alarm = Alarm::before(cx.waker());
        let poll = alarm.poll(&mut self.future);
        if poll.is_pending() && alarm.rung() == 0 {
            self.waits.set();
        }
        poll
    }
}

/// A small source of random numbers (splitmix64).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Gives a number from 0 to `end - 1`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Gives the seed of a random check: `ANYRT_SEED`, or a new one each time.
pub(crate) fn seed() -> u64 {
    std::env::var("ANYRT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| RandomState::new().hash_one(0))
}
