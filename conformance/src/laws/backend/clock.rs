//! B4 and B5: sleeps, the clock, and deadlines at the edge of what a clock can hold.

use std::future::{pending, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::support::{Count, Flag, Group};

/// How far two sleeps of the order check are apart.
const STEP: Duration = Duration::from_millis(50);

/// How long a sleep may still be on its way when a later one has ended.
const SLACK: Duration = Duration::from_millis(100);

/// A time far longer than any check waits, and so a proof that something else ended a wait.
const LONG: Duration = Duration::from_secs(3600);

pub(super) fn b4<B: Backend + Toplevel>(backend: &B) {
    never_early(backend);
    moved(backend);
    in_order(backend);
    many(backend);
}

fn never_early<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        for micros in [0, 1, 300, 999, 1_000, 1_500, 7_000, 20_000] {
            let timeout = Duration::from_micros(micros);
            let begin = backend.now();
            backend.sleep(timeout).await;
            assert_not_early(backend.now(), begin + timeout, "sleep");

            let deadline = backend.now() + timeout;
            backend.sleep_until(deadline).await;
            assert_not_early(backend.now(), deadline, "sleep_until");
        }
        // The time counts from the first poll, not from the call.
        let sleep = backend.sleep(Duration::from_millis(20));
        backend.sleep(Duration::from_millis(20)).await;
        let begin = backend.now();
        sleep.await;
        assert_not_early(backend.now(), begin + Duration::from_millis(20), "a sleep polled later");
    });
}

fn moved<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let mut sleep = Box::pin(backend.sleep(Duration::from_millis(5)));
        let later = backend.now() + Duration::from_millis(25);
        sleep.as_mut().reset(later);
        sleep.as_mut().await;
        assert_not_early(backend.now(), later, "a sleep moved to later");

        let again = backend.now() + Duration::from_millis(10);
        sleep.as_mut().reset(again);
        sleep.as_mut().await;
        assert_not_early(backend.now(), again, "a sleep that had ended and was moved");

        let begin = backend.now();
        let mut sleep = Box::pin(backend.sleep(LONG));
        let early = crate::support::poll_once(sleep.as_mut()).await;
        assert!(early.is_pending(), "a sleep of an hour ended at once");
        sleep.as_mut().reset(begin + Duration::from_millis(5));
        sleep.await;
        assert_not_early(
            backend.now(),
            begin + Duration::from_millis(5),
            "a sleep moved to sooner",
        );
    });
}

#[track_caller]
fn assert_not_early(now: Instant, deadline: Instant, what: &str) {
    let missing = deadline.saturating_duration_since(now);
    assert!(missing.is_zero(), "{what} ended {missing:?} too early");
}

/// All in one task: across tasks, the order in which threads get on would be seen instead.
fn in_order<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let begin = backend.now();
        let deadline = |at: u32| begin + STEP * (at + 1);
        // Neither made nor first polled in the order of the deadlines.
        let mut sleeps = [3, 7, 1, 5, 0, 6, 2, 4]
            .map(|at| (at, Some(Box::pin(backend.sleep_until(deadline(at))))));
        let mut disorder = None;
        poll_fn(|cx| {
            for (at, slot) in &mut sleeps {
                if let Some(sleep) = slot
                    && sleep.as_mut().poll(cx).is_ready()
                {
                    assert_not_early(backend.now(), deadline(*at), "sleep_until, of several,");
                    *slot = None;
                }
            }
            let ended = sleeps.iter().filter(|(_, slot)| slot.is_none()).map(|(at, _)| *at).max();
            let waiting = sleeps.iter().filter(|(_, slot)| slot.is_some()).map(|(at, _)| *at).min();
            let Some(waiting) = waiting else {
                return Poll::Ready(());
            };
            if ended.is_some_and(|ended| ended > waiting) {
                // One more poll may be all that it needs; a sleep in disorder needs more.
                let since = *disorder.get_or_insert_with(Instant::now);
                assert!(
                    since.elapsed() < SLACK,
                    "sleep {waiting} still waits {SLACK:?} after sleep {ended:?} has ended, though \
                     its deadline is earlier"
                );
                cx.waker().wake_by_ref();
            } else {
                disorder = None;
            }
            Poll::Pending
        })
        .await;
    });
}

fn many<B: Backend + Toplevel>(backend: &B) {
    const SLEEPS: usize = 10_000;
    let (ended, early) = (Count::new(), Count::new());
    let result = backend.run(backend.task_group(async |group: Group<B>| {
        for at in 0..SLEEPS {
            let (backend, ended, early) = (backend.clone(), ended.clone(), early.clone());
            // 0 to 100 ms, in no order.
            let timeout = Duration::from_micros((at as u64 * 7_919) % 100_000);
            group.spawn(async move {
                let deadline = backend.now() + timeout;
                backend.sleep(timeout).await;
                if backend.now() < deadline {
                    early.up();
                }
                ended.up();
            });
        }
    }));
    assert!(result.is_ok(), "a group of {SLEEPS} sleeping children gave {result:?}");
    assert_eq!(early.get(), 0, "of {SLEEPS} sleeps at once this many ended too early");
    assert_eq!(ended.get(), SLEEPS, "of {SLEEPS} sleeps at once this many ended");
}

pub(super) fn b5<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        never(backend).await;
        past(backend).await;
    });
}

async fn never<B: Backend>(backend: &B) {
    let short = Duration::from_millis(10);
    for endless in [Duration::MAX, Duration::MAX - Duration::from_nanos(1)] {
        let cut = backend.move_on_after(short, backend.sleep(endless)).await;
        assert!(cut.is_none(), "sleep({endless:?}) ended");

        let value = backend
            .move_on_after(endless, async {
                let deadline = backend.current_effective_deadline();
                assert!(
                    endless != Duration::MAX || deadline.is_none(),
                    "a scope with a timeout of Duration::MAX has the deadline {deadline:?}"
                );
                backend.sleep(short).await;
                7
            })
            .await;
        assert_eq!(value, Some(7), "move_on_after({endless:?}) struck");

        let value = backend.fail_after(endless, async { 7 }).await;
        assert_eq!(value.ok(), Some(7), "fail_after({endless:?}) around a ready future struck");

        let outer =
            backend.move_on_after(short, backend.move_on_after(endless, pending::<()>())).await;
        assert_eq!(outer, None, "{short:?} around {endless:?}: the inner scope absorbed");
    }
}

async fn past<B: Backend>(backend: &B) {
    let now = backend.now();
    let long_ago = now.checked_sub(LONG).unwrap_or(now);
    backend.sleep(Duration::ZERO).await;
    backend.sleep_until(now).await;
    backend.sleep_until(long_ago).await;

    for deadline in [now, long_ago] {
        let (begun, beyond) = (Flag::new(), Flag::new());
        let value = backend
            .move_on_at(deadline, async {
                begun.raise();
                backend.checkpoint().await;
                beyond.raise();
            })
            .await;
        assert!(begun.is_up(), "a scope whose deadline had passed did not begin its body");
        assert!(
            value.is_none() && !beyond.is_up(),
            "a scope whose deadline had passed ran past its first checkpoint and gave {value:?}"
        );
    }
    let value = backend.fail_after(Duration::ZERO, backend.sleep(LONG)).await;
    assert!(value.is_err(), "a timeout of zero did not end a sleep");
    let value = backend.move_on_after(Duration::ZERO, async { 7 }).await;
    assert_eq!(value, Some(7), "a timeout of zero cut a body without a checkpoint");
}
