//! Law L9 was seen to be broken: its check fails on rate limiters that break it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyrt_conformance::{AnyRateLimiter, Law, Outcome, Subject, rate_law_of, run_law};
use anyrt_core::Driver;
use anyrt_core::sync::{OwnedPermit, RateLimiter, Semaphore};
use anyrt_core::task::checkpoint;
use anyrt_tokio::TokioBackend;

type Limiter = Arc<RateLimiter<Subject>>;

fn engines(driver: &Subject, count: usize, period: Duration, burst: usize) -> Limiter {
    AnyRateLimiter::on(driver, count, period, burst)
}

/// Makes a fault that differs from the engine's limiter in how one waits.
macro_rules! waits {
    ($(#[$doc:meta])* $name:ident($limiter:ident, $count:ident) $wait:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $name(Limiter);

        impl AnyRateLimiter<Subject> for $name {
            fn on(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
                Self(engines(driver, count, period, burst))
            }

            fn acquire_many(&self, $count: usize) -> impl Future<Output = ()> + Send {
                let $limiter = &self.0;
                $wait
            }

            fn try_acquire(&self) -> bool {
                self.0.try_acquire()
            }
        }
    };
}

waits! {
    /// Passes, and only then sees whether it is cancelled.
    PassesAndIsCut(limiter, count) async move {
        let passes = (0..count).filter(|_| limiter.try_acquire()).count();
        checkpoint().await;
        limiter.acquire_many(count - passes).await;
    }
}

waits! {
    /// Passes one by one, and keeps what it has when it goes.
    PassesInParts(limiter, count) async move {
        for _ in 0..count {
            limiter.acquire_many(1).await;
        }
    }
}

/// Looks again and again, and so whoever looks at the right time passes.
#[derive(Clone)]
struct Barges(Subject, Limiter);

impl AnyRateLimiter<Subject> for Barges {
    fn on(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
        Self(driver.clone(), engines(driver, count, period, burst))
    }

    async fn acquire_many(&self, count: usize) {
        for _ in 0..count {
            while !self.1.try_acquire() {
                anyrt_core::Backend::sleep(&self.0, Duration::from_millis(1)).await;
            }
        }
    }

    fn try_acquire(&self) -> bool {
        self.1.try_acquire()
    }
}

/// What is on a clock of its own.
#[derive(Clone)]
struct OnAClock<S> {
    driver: Subject,
    count: u32,
    period: Duration,
    burst: u32,
    state: Arc<Mutex<S>>,
}

impl<S: Default> OnAClock<S> {
    fn new(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
        let (count, burst) = (count as u32, burst as u32);
        Self { driver: driver.clone(), count, period, burst, state: Arc::default() }
    }

    fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Counts anew in each period, and so sees twice as many where two meet.
#[derive(Clone)]
struct CountsByTheClock(OnAClock<Option<(Instant, u32)>>);

impl CountsByTheClock {
    /// Passes, or gives the end of this period.
    fn try_pass(&self) -> Result<(), Instant> {
        let OnAClock { driver, count, period, burst, .. } = &self.0;
        let now = driver.now();
        self.0.change(|window| {
            let (begin, used) = window.get_or_insert((now, 0));
            while now.duration_since(*begin) >= *period {
                *begin += *period;
                *used = 0;
            }
            *used += 1;
            if *used < count + burst { Ok(()) } else { Err(*begin + *period) }
        })
    }
}

impl AnyRateLimiter<Subject> for CountsByTheClock {
    fn on(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
        Self(OnAClock::new(driver, count, period, burst))
    }

    async fn acquire_many(&self, count: usize) {
        for _ in 0..count {
            while let Err(end) = self.try_pass() {
                self.0.driver.sleep_until(end).await;
            }
        }
    }

    fn try_acquire(&self) -> bool {
        self.try_pass().is_ok()
    }
}

/// Gives each its time when it comes, and does not take it back.
#[derive(Clone)]
struct PaidAtTheDoor(OnAClock<Option<Instant>>);

impl PaidAtTheDoor {
    fn enter(&self, count: u32, may_wait: bool) -> Option<Instant> {
        let OnAClock { driver, count: most, period, burst, .. } = &self.0;
        let (now, interval) = (driver.now(), *period / *most);
        self.0.change(|due| {
            let begin = (*due).map_or(now, |due| due.max(now));
            let end = begin + interval * count;
            let slot = end.checked_sub(interval * *burst).unwrap_or(now);
            let may_pass = may_wait || slot <= now;
            may_pass.then(|| {
                *due = Some(end);
                slot
            })
        })
    }
}

impl AnyRateLimiter<Subject> for PaidAtTheDoor {
    fn on(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
        Self(OnAClock::new(driver, count, period, burst))
    }

    async fn acquire_many(&self, count: usize) {
        checkpoint().await;
        let slot = self.enter(count as u32, true).expect("it may wait");
        if slot > self.0.driver.now() {
            self.0.driver.sleep_until(slot).await;
        }
    }

    fn try_acquire(&self) -> bool {
        self.enter(1, false).is_some()
    }
}

/// The turn is lost with whoever goes while it has it.
#[derive(Clone)]
struct LosesTheTurn {
    turn: Arc<Semaphore>,
    limiter: Limiter,
}

/// The turn, and whether it is given back.
struct Turn(Option<OwnedPermit>);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(permit) = self.0.take() {
            permit.forget();
        }
    }
}

impl AnyRateLimiter<Subject> for LosesTheTurn {
    fn on(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
        let limiter = engines(driver, count, period, burst);
        Self { turn: Arc::new(Semaphore::new(1)), limiter }
    }

    async fn acquire_many(&self, count: usize) {
        let mut turn = Turn(Some(self.turn.clone().acquire_owned().await));
        self.limiter.acquire_many(count).await;
        drop(turn.0.take());
    }

    fn try_acquire(&self) -> bool {
        let turn = self.turn.clone().try_acquire_owned();
        turn.is_ok_and(|_turn| self.limiter.try_acquire())
    }
}

/// Gives everybody a burst of one period's count.
#[derive(Clone)]
struct BurstsUnasked(Limiter);

impl AnyRateLimiter<Subject> for BurstsUnasked {
    fn on(driver: &Subject, count: usize, period: Duration, burst: usize) -> Self {
        Self(engines(driver, count, period, burst.max(count)))
    }

    async fn acquire_many(&self, count: usize) {
        self.0.acquire_many(count).await;
    }

    fn try_acquire(&self) -> bool {
        self.0.try_acquire()
    }
}

fn outcome<R: AnyRateLimiter<Subject>>() -> Outcome {
    // A check that hangs is seen to fail, too, and need not be waited for at length.
    let law = Law { limit: Duration::from_secs(5), ..rate_law_of::<Subject, R>() };
    run_law(&law, &Subject::new(TokioBackend::new()))
}

/// Makes a test of each fault.
macro_rules! faults {
    ($($name:ident: $fault:ident is seen by $seen:literal;)*) => {
        $(
            #[test]
            fn $name() {
                match outcome::<$fault>() {
                    Outcome::Failed { message } => {
                        assert!(message.contains($seen), "it failed for another reason: {message}");
                    }
                    outcome => panic!("the fault should break L9: {outcome:?}"),
                }
            }
        )*
    };
}

faults! {
    passes_and_is_cut: PassesAndIsCut is seen by "cost";
    passes_in_parts: PassesInParts is seen by "cost";
    barges: Barges is seen by "the order of passing";
    counts_by_the_clock: CountsByTheClock is seen by "passed in";
    paid_at_the_door: PaidAtTheDoor is seen by "nobody told";
    loses_the_turn: LosesTheTurn is seen by "nobody told";
    bursts_unasked: BurstsUnasked is seen by "passed in";
}

#[test]
fn the_engines_own_is_harmless() {
    assert_eq!(outcome::<Limiter>(), Outcome::Passed);
}
