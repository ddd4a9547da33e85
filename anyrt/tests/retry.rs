//! `retry` and `Backoff`: how often, how long, and what ends it.

#[path = "support/in_time.rs"]
mod in_time;
#[path = "support/outcomes.rs"]
mod outcomes;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::channel::bounded;
use anyrt::{Backoff, CancelScope, TaskGroup};
use in_time::in_time as in_time_on_a_thread;
use outcomes::{Ends, in_time, panic_of};

const MS: fn(u64) -> Duration = Duration::from_millis;

#[anyrt::test]
async fn it_calls_again_until_a_success() {
    let mut calls = 0;
    let third = anyrt::retry([Duration::ZERO; 9], || {
        calls += 1;
        let number = calls;
        async move { if number < 3 { Err(number) } else { Ok(number) } }
    });
    assert_eq!(in_time(third).await, Ok(3));
}

#[anyrt::test]
async fn it_gives_the_last_failure() {
    for delays in [0, 1, 4] {
        let mut calls = 0;
        let failed = anyrt::retry(vec![Duration::ZERO; delays], || {
            calls += 1;
            let number = calls;
            async move { Err::<(), _>(number) }
        });
        assert_eq!(in_time(failed).await, Err(delays + 1));
    }
}

#[anyrt::test]
async fn it_waits_in_between() {
    let before = anyrt::now();
    let failed = anyrt::retry([MS(5), MS(10)], || async { Err::<(), _>(()) });
    assert!(in_time(failed).await.is_err());
    assert!(anyrt::now() - before >= MS(15));
}

#[anyrt::test]
async fn nothing_is_left_of_a_call_during_the_wait() {
    let ends = Ends::default();
    let retry = anyrt::retry([Duration::MAX], || {
        let (guard, failure) = (ends.guard(), ends.guard());
        async move {
            let _guard = guard;
            Err::<(), _>(failure)
        }
    });
    let mut retry = Box::pin(retry);
    assert!(futures_util::poll!(&mut retry).is_pending());
    assert_eq!(ends.count(), 2);
    assert!(format!("{retry:?}").contains("waiting"), "{retry:?}");
}

#[anyrt::test]
async fn a_deadline_bounds_the_calls_and_the_waits() {
    let calls = AtomicUsize::new(0);
    let never = anyrt::retry(std::iter::repeat(Duration::MAX), || async {
        calls.fetch_add(1, Ordering::SeqCst);
        Err::<(), _>(())
    });
    assert!(in_time(anyrt::fail_after(MS(2), never)).await.is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    let hangs = anyrt::retry([MS(0); 3], pending::<Result<(), ()>>);
    assert!(in_time(anyrt::fail_after(MS(2), hangs)).await.is_err());

    // Without delays it is still no loop that a deadline could not stop.
    let busy = anyrt::retry(std::iter::repeat(Duration::ZERO), || async { Err::<(), _>(()) });
    assert!(in_time(anyrt::fail_after(MS(2), busy)).await.is_err());
}

#[anyrt::test]
async fn cancelled_before_the_first_poll_it_calls_once() {
    let scope = CancelScope::new();
    scope.handle().cancel();
    let mut calls = 0;
    let retry = anyrt::retry([Duration::ZERO; 3], || {
        calls += 1;
        async { Err::<(), _>(()) }
    });
    assert!(in_time(scope.run(retry)).await.is_err());
    assert_eq!(calls, 1);
}

#[anyrt::test]
async fn cancelled_during_a_call_or_in_a_shield() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let mut calls = 0;
    let inside = anyrt::retry([Duration::ZERO; 3], || {
        calls += 1;
        handle.cancel();
        async {
            anyrt::checkpoint().await;
            Err::<(), _>(())
        }
    });
    assert!(in_time(scope.run(inside)).await.is_err());
    assert_eq!(calls, 1);

    let scope = CancelScope::new();
    scope.handle().cancel();
    let retry = anyrt::retry([MS(1); 2], || async { Err::<(), _>("failed") });
    let shielded = async { anyrt::shield(retry).await };
    assert_eq!(in_time(scope.run(shielded)).await, Ok(Err("failed")));
}

#[anyrt::test]
async fn a_panic_passes_through() {
    let mut calls = 0;
    let bad = anyrt::retry([Duration::ZERO; 3], || {
        calls += 1;
        async { if true { panic!("on purpose") } else { Ok::<(), ()>(()) } }
    });
    assert_eq!(panic_of(bad).await, "on purpose");
    assert_eq!(calls, 1);
}

#[anyrt::test]
async fn retries_nest() {
    let calls = AtomicUsize::new(0);
    let (calls, twice) = (&calls, [Duration::ZERO]);
    let nested = anyrt::retry(twice, || {
        anyrt::retry(twice, || async {
            calls.fetch_add(1, Ordering::SeqCst);
            Err::<(), _>(())
        })
    });
    assert!(in_time(nested).await.is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[anyrt::test]
async fn a_child_is_restarted_while_its_siblings_run() {
    let calls = Arc::new(AtomicUsize::new(0));
    let (restarted, wait) = bounded::<usize>(3);
    let counted = calls.clone();
    let group = anyrt::task_group(|group: TaskGroup<&str>| async move {
        let backoff = Backoff::exponential(MS(1), MS(2)).attempts(3);
        let child = group.spawn(anyrt::retry(backoff, move || {
            let (restarted, number) = (restarted.clone(), counted.fetch_add(1, Ordering::SeqCst));
            async move {
                restarted.send(number).await.unwrap();
                if number < 2 { Err("crashed") } else { Ok(number) }
            }
        }));
        let mut seen = Vec::new();
        while let Ok(number) = wait.recv().await {
            seen.push(number);
        }
        assert_eq!(seen, [0, 1, 2]);
        Ok(child.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok(2));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[test]
fn delays_grow_up_to_the_limit() {
    in_time_on_a_thread(|| {
        let delays = |backoff: Backoff| backoff.take(5).map(|d| d.as_millis()).collect::<Vec<_>>();
        let backoff = Backoff::exponential(MS(10), MS(60));
        assert_eq!(delays(backoff.clone()), [10, 20, 40, 60, 60]);
        assert_eq!(delays(backoff.clone().factor(1)), [10; 5]);
        assert_eq!(delays(backoff.clone().factor(5)), [10, 50, 60, 60, 60]);
        assert_eq!(delays(backoff.clone().attempts(3)), [10, 20]);
        assert!(delays(backoff.clone().attempts(1)).is_empty());
        assert!(delays(backoff.clone().attempts(0)).is_empty());
        assert_eq!(backoff.clone().attempts(3).size_hint(), (2, Some(2)));
        assert_eq!(backoff.size_hint(), (usize::MAX, None));
        assert_eq!(delays(Backoff::exponential(MS(70), MS(60))), [60; 5]);
        assert_eq!(delays(Backoff::exponential(Duration::ZERO, MS(60))), [0; 5]);
    });
}

#[test]
fn delays_saturate() {
    in_time_on_a_thread(|| {
        let mut backoff = Backoff::exponential(Duration::MAX / 3, Duration::MAX).factor(u32::MAX);
        assert_eq!(backoff.next(), Some(Duration::MAX / 3));
        assert_eq!(backoff.next(), Some(Duration::MAX));
        assert_eq!(backoff.next(), Some(Duration::MAX));
    });
}

#[test]
#[should_panic(expected = "1 keeps the delay")]
fn a_factor_of_nothing_is_refused() {
    in_time_on_a_thread(|| {
        let _ = Backoff::exponential(MS(1), MS(2)).factor(0);
    });
}
