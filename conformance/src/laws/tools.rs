//! What the checks of cancellation, time and queues share.

mod event;
mod gate;
mod polling;
mod random;
pub(crate) mod wire;

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use anyrt_core::error::Reason;
use anyrt_core::{Backend, CancelHandle};

use crate::support::{Group, turns};

pub(crate) use event::Event;
pub(crate) use gate::Gate;
pub(crate) use polling::{Alarm, attempt, both, parked, poll_raw, poll_some, step};
pub(crate) use random::{Random, seed};

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
