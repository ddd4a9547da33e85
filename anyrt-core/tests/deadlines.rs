//! Deadlines that pass while a scope is being polled.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use anyrt_core::scope::CancelScope;
use anyrt_core::{Driver, Sleep};

/// A clock that goes on by a second whenever somebody looks at it.
#[derive(Clone)]
struct Ticking {
    start: Instant,
    looks: Arc<AtomicU64>,
}

impl Ticking {
    fn new() -> Self {
        Self { start: Instant::now(), looks: Arc::default() }
    }

    fn at(&self, second: u64) -> Instant {
        self.start + Duration::from_secs(second)
    }
}

struct Timer(Ticking, Instant);

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0.now() >= self.1 { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Sleep for Timer {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.1 = deadline;
    }
}

impl Driver for Ticking {
    type Sleep = Timer;

    fn name(&self) -> &'static str {
        "ticking"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, _: F) {
        unreachable!("no test here spawns")
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, _: F) {
        unreachable!("no test here makes a blocking call")
    }

    fn now(&self) -> Instant {
        self.at(self.looks.fetch_add(1, Ordering::SeqCst))
    }

    fn sleep_until(&self, deadline: Instant) -> Timer {
        Timer(self.clone(), deadline)
    }
}

/// Polls until it is ready, which costs time with this clock.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1_000 {
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(value) = polled {
            return value;
        }
    }
    panic!("its time has passed long ago, and it still waits");
}

#[test]
fn d5_the_outer_of_two_deadlines_strikes_whoever_sees_first_that_they_have_passed() {
    for second in 0..20 {
        for later in [0, 1, 2, 10] {
            for outer_shield in [false, true] {
                let clock = Ticking::new();
                let outer = CancelScope::on(clock.clone()).with_deadline(clock.at(second));
                let outer = if outer_shield { outer.shielded() } else { outer };
                let inner = CancelScope::on(clock.clone()).with_deadline(clock.at(second + later));
                let handle = inner.handle();
                let result = run(outer.run(async {
                    let _ = inner.run(pending::<()>()).await;
                }));
                let context = format!("{later} s after second {second}: {handle:?}");
                assert!(result.is_err() && !handle.cancelled_caught(), "{context}");
            }
        }
    }
}

#[test]
fn d5_a_sooner_or_shielded_inner_deadline_strikes_alone() {
    for second in 0..20 {
        for (shielded, later) in [(false, 1_000), (true, 1_000), (true, 0)] {
            let clock = Ticking::new();
            let outer = CancelScope::on(clock.clone()).with_deadline(clock.at(second + later));
            let inner = CancelScope::on(clock.clone()).with_deadline(clock.at(second));
            let inner = if shielded { inner.shielded() } else { inner };
            let (outside, inside) = (outer.handle(), inner.handle());
            let result = run(outer.run(inner.run(pending::<()>())));
            let context = format!("{later} s before the outer one, at second {second}");
            assert!(inside.cancelled_caught(), "{context}: {inside:?}");
            assert!(matches!(result, Ok(Err(_))), "{context}: {outside:?}");
        }
    }
}
