//! Futures that are kept outside the scope in which they are polled, or left unpolled inside it.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::sync::Semaphore;
use anyrt::{CancelScope, TaskGroup};
use futures_util::future::{FutureExt, Shared, join, poll_fn, select};
use futures_util::stream::{self, FuturesUnordered, StreamExt};

const MS: fn(u64) -> Duration = Duration::from_millis;
const LIMIT: Duration = Duration::from_secs(20);

/// Fails instead of hanging.
async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(LIMIT, future).await.expect("it hangs")
}

#[anyrt::test]
async fn a_sleep_that_outlives_its_scope_is_woken() {
    let mut sleeps = FuturesUnordered::from_iter([anyrt::sleep(MS(5))]);
    let cut = anyrt::move_on_after(Duration::ZERO, sleeps.next()).await;
    assert_eq!(cut, None);
    assert_eq!(in_time(sleeps.next()).await, Some(()));
}

#[anyrt::test]
async fn buffered_work_goes_on_after_each_timeout() {
    let job = |_| async {
        anyrt::sleep(MS(1)).await;
        anyrt::sleep(MS(1)).await;
        anyrt::checkpoint().await;
    };
    let mut jobs = pin!(stream::iter(0..60).map(job).buffer_unordered(8));
    let mut done = 0;
    in_time(async {
        loop {
            match anyrt::move_on_after(MS(2), jobs.next()).await {
                Some(Some(())) => done += 1,
                Some(None) => break,
                None => {}
            }
        }
    })
    .await;
    assert_eq!(done, 60);
}

#[anyrt::test]
async fn an_acquire_that_outlives_its_scope_gets_its_permit() {
    let semaphore = Semaphore::new(0);
    let mut acquires = FuturesUnordered::from_iter([semaphore.acquire()]);
    let cut = anyrt::move_on_after(MS(5), acquires.next()).await;
    assert!(cut.is_none());
    semaphore.add_permits(1);
    assert!(in_time(acquires.next()).await.is_some());
}

#[anyrt::test]
async fn a_timeout_that_was_cut_from_outside_resolves_when_it_is_polled_elsewhere() {
    let mut timeouts = FuturesUnordered::new();
    timeouts.push(anyrt::move_on_after(LIMIT, anyrt::sleep_forever()));
    let scope = CancelScope::new();
    scope.handle().cancel();
    assert!(scope.run(timeouts.next()).await.is_err());
    assert_eq!(in_time(timeouts.next()).await, Some(None));
}

#[anyrt::test]
async fn a_shared_future_that_one_task_is_cut_from_goes_on_in_the_other() {
    let semaphore = Arc::new(Semaphore::new(0));
    let acquire = semaphore.clone().acquire_owned().map(|_permit| 42).boxed().shared();
    let mine: Shared<_> = acquire.clone();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let other = anyrt::task_group(|group: TaskGroup| async move {
        assert!(scope.run(mine).await.is_err());
        let other = group.spawn(async move { Ok(acquire.await) });
        semaphore.add_permits(1);
        Ok(other.await.unwrap())
    });
    assert_eq!(in_time(other).await, Ok(42));
}

#[anyrt::test]
async fn an_owner_that_leaves_a_shield_behind_is_cut() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let body = async {
        let mut shielded = pin!(anyrt::shield(pending::<()>()));
        handle.cancel();
        // A foreign timer, which no cancellation cuts; the shield is polled beside it.
        let timer = pin!(smol::Timer::after(MS(20)));
        select(&mut shielded, timer).await;
        anyrt::sleep_forever().await;
    };
    assert!(in_time(scope.run(body)).await.is_err());
}

#[anyrt::test]
async fn a_shield_left_behind_does_not_hold_a_busy_owner() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let body = async {
        let mut shielded = pin!(anyrt::shield(pending::<()>()));
        assert!(futures_util::poll!(&mut shielded).is_pending());
        handle.cancel();
        loop {
            futures_util::pending!();
        }
    };
    let woken = scope.run(busy(body));
    assert!(in_time(woken).await.is_err());
}

/// Wakes its task at each poll, as a foreign future may.
async fn busy<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        future.as_mut().poll(cx)
    })
    .await
}

#[anyrt::test]
async fn every_kind_of_leaf_is_cut_beside_a_shield() {
    let went_on = AtomicUsize::new(0);
    let semaphore = Semaphore::new(0);
    let scope = CancelScope::new();
    let handle = scope.handle();
    let sleeping = async {
        anyrt::sleep(MS(100)).await;
        went_on.fetch_add(1, Ordering::SeqCst);
    };
    let acquiring = async {
        let _permit = semaphore.acquire().await;
        went_on.fetch_add(1, Ordering::SeqCst);
    };
    let shielded = anyrt::shield(async {
        anyrt::yield_now().await;
        handle.cancel();
        semaphore.add_permits(1);
        // The other sleep began before this one, and would have ended meanwhile.
        anyrt::sleep(MS(100)).await;
    });
    let all = join(shielded, join(sleeping, acquiring));
    assert!(in_time(scope.run(all)).await.is_err());
    assert_eq!(went_on.load(Ordering::SeqCst), 0);
    assert_eq!(semaphore.available(), 1);
}

#[anyrt::test]
async fn a_cancelled_waiter_that_is_not_polled_lets_the_next_pass() {
    let semaphore = Arc::new(Semaphore::new(1));
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (opened, open) = anyrt::channel::bounded::<()>(1);
    let served = Arc::new(AtomicBool::new(false));
    let (behind, seen) = (semaphore.clone(), served.clone());
    let body = |group: TaskGroup| async move {
        let mut greedy = FuturesUnordered::from_iter([semaphore.acquire_many(2)]);
        let held_open = async {
            let greedy = pin!(greedy.next());
            let shielded = pin!(anyrt::shield(open.recv()));
            select(shielded, greedy).await;
        };
        let run = scope.run(held_open);
        group.spawn(async move {
            // In the queue before the cancel, behind the greedy one.
            while behind.statistics().waiting == 0 {
                anyrt::yield_now().await;
            }
            let acquire = pin!(behind.acquire());
            let cancelled = async {
                handle.cancel();
                anyrt::sleep_forever().await;
            };
            select(acquire, pin!(cancelled)).await;
            seen.store(true, Ordering::SeqCst);
            opened.send(()).await.unwrap();
        });
        assert!(run.await.is_err() || served.load(Ordering::SeqCst));
        Ok(())
    };
    in_time(anyrt::task_group(body)).await.unwrap();
}

#[anyrt::test]
async fn nested_cancelled_scopes_do_not_multiply_polls() {
    let polls = |depth: usize| async move {
        let polls = Arc::new(AtomicUsize::new(0));
        let counted = polls.clone();
        let mut nested: futures_util::future::BoxFuture<'static, ()> = Box::pin(async move {
            let mut shielded = pin!(anyrt::shield(anyrt::sleep(MS(20))));
            poll_fn(|cx| {
                counted.fetch_add(1, Ordering::SeqCst);
                shielded.as_mut().poll(cx)
            })
            .await;
            anyrt::sleep_forever().await;
        });
        for _ in 0..depth {
            let (scope, inside) = (CancelScope::new(), nested);
            scope.handle().cancel();
            nested = Box::pin(async move {
                let _ = scope.run(inside).await;
            });
        }
        in_time(nested).await;
        polls.load(Ordering::SeqCst)
    };
    let deep = polls(10).await;
    assert!(deep <= 12, "10 scopes deep it was polled {deep} times");
}
