//! A rate limiter: so many in each period, in the order of asking.
//!
//! # Invariants
//!
//! - One waiter at most has the turn: it looks at the clock, has a timer, and passes when the rate lets
//!   it. All others wait for the turn, without a timer.
//! - The turn is free only while nobody waits who may have it. So whoever comes later never takes what
//!   another waits for (law F1).
//! - Waiting changes nothing but the queue: the due time moves when somebody passes. A waiter that goes
//!   away hands the turn on, and leaves no trace (law P4).
//! - The clock is read, and timers are made, without the lock: either is foreign code.

mod acquire;
mod rate;

use std::fmt::{self, Debug};
use std::time::{Duration, Instant};

use crate::deferred::Deferred;
use crate::driver::{Ambient, Driver};
use crate::error::TryAcquireError;
use crate::lock::lock;
use crate::source::Source;
use crate::sys::Mutex;
use crate::wait_list::WaitList;

pub use acquire::RateAcquire;
use rate::{Rate, Ticks};

/// Lets only so many pass in each period, in the order of asking.
///
/// They pass evenly: one each `period / count`, the first at once. So no stretch of time as long as the
/// period sees more than `count`. After a [burst](Self::with_burst) was allowed, it may see as many more
/// as pass at once. Nothing is held and given back: to limit how many are at work at the same time, take a
/// [`Semaphore`](super::Semaphore).
///
/// Time is that of the backend which polls, counted from the first use; a limiter belongs to one clock. It
/// needs no runtime until then, and fits into a `static`.
pub struct RateLimiter<D: Driver> {
    source: Source<D>,
    rate: Rate,
    state: Mutex<State>,
}

struct State {
    /// The time of the first use.
    origin: Option<Instant>,
    /// When the next would come if all came evenly.
    due: Ticks,
    turn: Turn,
    waiters: WaitList<()>,
    passed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Free,
    /// It is set aside for a waiter of the queue, which was woken.
    Granted,
    /// Somebody has it, who has left the queue.
    Taken,
}

impl State {
    fn ticks(&mut self, rate: Rate, now: Instant) -> Ticks {
        let origin = *self.origin.get_or_insert(now);
        rate.ticks(now.saturating_duration_since(origin))
    }

    /// Gives the turn to the first who waits for it, if it is free.
    fn settle(&mut self, deferred: &mut Deferred) {
        if self.turn == Turn::Free
            && let Some(first) = self.waiters.first_eligible(deferred)
        {
            self.waiters.serve(first, deferred);
            self.turn = Turn::Granted;
        }
    }

    /// Hands the turn on.
    fn pass_turn(&mut self, deferred: &mut Deferred) {
        self.turn = Turn::Free;
        self.settle(deferred);
    }

    /// Has `count` pass, if the rate lets them; else gives the time at which it will.
    fn try_pass(
        &mut self,
        rate: Rate,
        arrival: Ticks,
        now: Ticks,
        count: usize,
    ) -> Result<(), Option<Ticks>> {
        match rate.earliest(self.due, arrival, count) {
            Some(earliest) if earliest <= now => {
                self.due = rate.pass(self.due, arrival, now, count);
                self.passed = self.passed.saturating_add(count as u64);
                Ok(())
            }
            earliest => Err(earliest),
        }
    }
}

impl<D: Driver> RateLimiter<D> {
    /// Lets `count` pass per `period`, by the clock of `driver`.
    ///
    /// # Panics
    ///
    /// Panics if `count` or `period` is 0.
    #[track_caller]
    pub const fn on(driver: D, count: usize, period: Duration) -> Self {
        Self::with_source(Source::Given(driver), count, period)
    }

    const fn with_source(source: Source<D>, count: usize, period: Duration) -> Self {
        let state =
            State { origin: None, due: 0, turn: Turn::Free, waiters: WaitList::new(), passed: 0 };
        Self { source, rate: Rate::new(count, period), state: Mutex::new(state) }
    }

    /// Lets up to `burst` pass at once after a time in which fewer came.
    ///
    /// A stretch of time as long as the period may then see `count + burst - 1`. Without, the burst is 1.
    /// Where timers are coarser than `period / count`, a burst makes up for waiters that wake up late.
    ///
    /// # Panics
    ///
    /// Panics if `burst` is 0, or so large that `burst` periods are longer than 10^22 years.
    #[track_caller]
    pub const fn with_burst(mut self, burst: usize) -> Self {
        self.rate = self.rate.with_burst(burst);
        self
    }

    /// Waits until one more may pass.
    ///
    /// # Panics
    ///
    /// Panics at the first poll if there is no backend.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else: it did not pass, and to those
    /// behind it is as if it had never come (law L9).
    pub fn acquire(&self) -> RateAcquire<'_, D> {
        self.acquire_many(1)
    }

    /// Waits until `count` more may pass, and has them pass at once.
    ///
    /// It takes as long as the last of so many single ones would, also where that is more than a burst;
    /// nobody behind it passes meanwhile (law F1).
    ///
    /// # Panics
    ///
    /// Panics at the first poll if there is no backend.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_many(&self, count: usize) -> RateAcquire<'_, D> {
        RateAcquire::new(self, count)
    }

    /// Passes, if the rate allows one now and nobody waits.
    ///
    /// # Panics
    ///
    /// Panics if there is no backend.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if it would have to wait.
    #[track_caller]
    pub fn try_acquire(&self) -> Result<(), TryAcquireError> {
        let now = self.source.with(D::now);
        let has_passed = self.change(|state, deferred| {
            state.settle(deferred);
            let now = state.ticks(self.rate, now);
            state.turn == Turn::Free && state.try_pass(self.rate, now, now, 1).is_ok()
        });
        if has_passed { Ok(()) } else { Err(TryAcquireError::new()) }
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> RateLimiterStatistics {
        let state = lock(&self.state);
        let waiting = state.waiters.len() + usize::from(state.turn == Turn::Taken);
        RateLimiterStatistics { passed: state.passed, waiting }
    }

    fn change<R>(&self, change: impl FnOnce(&mut State, &mut Deferred) -> R) -> R {
        let mut deferred = Deferred::default();
        let result = change(&mut lock(&self.state), &mut deferred);
        deferred.run();
        result
    }
}

impl<D: Ambient> RateLimiter<D> {
    /// Lets `count` pass per `period`, by the clock of the backend that polls.
    ///
    /// # Panics
    ///
    /// Panics if `count` or `period` is 0.
    #[track_caller]
    pub const fn new(count: usize, period: Duration) -> Self {
        Self::with_source(Source::ambient(), count, period)
    }
}

impl<D: Driver> Debug for RateLimiter<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RateLimiterStatistics { passed, waiting } = self.statistics();
        f.debug_struct("RateLimiter")
            .field("count", &self.rate.count)
            .field("period", &self.rate.period)
            .field("burst", &self.rate.burst)
            .field("passed", &passed)
            .field("waiting", &waiting)
            .finish()
    }
}

/// What a rate limiter tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimiterStatistics {
    /// How many have passed.
    pub passed: u64,
    /// The waiters.
    pub waiting: usize,
}
