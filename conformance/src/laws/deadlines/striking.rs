//! D4, D6 and D7: when a deadline strikes, and who reports it.

use std::future::{Future, pending, ready};
use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyrt_core::error::{Reason, TimedOut};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, LONG, Source, past};
use crate::support::{Flag, Group, Log, race, turns};

const SHORT: Duration = Duration::from_millis(30);

pub(super) fn d4<B: Backend + Toplevel>(backend: &B) {
    backend.run(in_time_or_not(backend));
    backend.run(late_without_a_checkpoint(backend));
    for source in Source::ALL {
        backend.run(cancelled_from_outside(backend, source));
    }
    backend.run(cancelled_first_and_late(backend));
}

async fn in_time_or_not<B: Backend>(backend: &B) {
    let soon = || backend.now() + SHORT;
    let late = Err(TimedOut::new());
    assert_eq!(backend.fail_after(HOUR, ready(7)).await, Ok(7), "ready at once");
    assert_eq!(backend.fail_after(HOUR, backend.checkpoint()).await, Ok(()), "an hour's time");
    assert_eq!(backend.fail_after(Duration::MAX, backend.checkpoint()).await, Ok(()), "for ever");
    assert_eq!(backend.fail_after(SHORT, backend.sleep(LONG)).await, late, "fail_after");
    assert_eq!(backend.fail_at(soon(), backend.sleep(LONG)).await, late, "fail_at");
    assert_eq!(backend.move_on_after(SHORT, backend.sleep(LONG)).await, None, "move_on_after");
    assert_eq!(backend.move_on_at(soon(), backend.sleep(LONG)).await, None, "move_on_at");
    assert_eq!(backend.move_on_after(HOUR, backend.checkpoint()).await, Some(()), "in time");
    let failure: Result<u8, &str> = Err("its own");
    let inside = backend.fail_after(HOUR, ready(failure)).await;
    assert_eq!(inside, Ok(failure), "an error of the future is no `TimedOut`");
    let error = io::Error::from(TimedOut::new());
    assert_eq!(error.kind(), io::ErrorKind::TimedOut, "`TimedOut` as an `io::Error`");
}

/// The time passes while the body is in no checkpoint: its value counts.
async fn late_without_a_checkpoint<B: Backend>(backend: &B) {
    let passes = |deadline: Instant| {
        let sleep = backend.sleep_until(deadline + SHORT);
        async move {
            backend.shield(sleep).await;
            assert!(backend.now() > deadline, "a sleep ended early");
            7
        }
    };
    let deadline = backend.now() + SHORT;
    let value = backend.fail_at(deadline, passes(deadline)).await;
    assert_eq!(value, Ok(7), "late, but no checkpoint followed");
    let value = backend.move_on_at(deadline, passes(deadline)).await;
    assert_eq!(value, Some(7), "late, but no checkpoint followed");

    let deadline = backend.now() + SHORT;
    let after = Flag::new();
    let value = backend.fail_at(deadline, async {
        let value = passes(deadline).await;
        backend.checkpoint().await;
        after.raise();
        value
    });
    assert_eq!(value.await, Err(TimedOut::new()), "late, and a checkpoint followed");
    assert!(!after.is_up(), "code after the cut checkpoint ran");
}

async fn cancelled_from_outside<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    for deadline in [past(backend), backend.now() + HOUR] {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let reported = Flag::new();
        let result = scope
            .run(async {
                let inside = async {
                    source.cancel_with(backend, &handle, "by hand").await;
                    backend.checkpoint().await;
                };
                let _ = backend.fail_at(deadline, inside).await;
                reported.raise();
            })
            .await;
        let reason = result.map_err(|cancelled| cancelled.reason().clone());
        assert_eq!(reason, Err("by hand".into()), "{context}: the outer scope's result");
        assert!(!reported.is_up(), "{context}: `fail_at` reported what it did not absorb");
    }
}

/// Cancelled by hand, and its deadline passes before it ends: that is no timeout.
async fn cancelled_first_and_late<B: Backend>(backend: &B) {
    let deadline = backend.now() + SHORT;
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            handle.cancel();
            handle.set_deadline(Some(deadline));
            backend.shield(backend.sleep_until(deadline + SHORT)).await;
            backend.checkpoint().await;
        })
        .await;
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err(Reason::Requested), "cancelled by hand before the deadline");
}

pub(super) fn d6<B: Backend + Toplevel>(backend: &B) {
    backend.run(to_the_first_checkpoint(backend));
    backend.run(to_the_first_foreign_wait(backend));
    backend.run(without_any(backend));
}

async fn to_the_first_checkpoint<B: Backend>(backend: &B) {
    for (what, scope) in [
        ("a past deadline", backend.cancel_scope().with_deadline(past(backend))),
        ("a deadline now", backend.cancel_scope().with_deadline(backend.now())),
        ("no time at all", backend.cancel_scope().with_timeout(Duration::ZERO)),
    ] {
        let log = Log::new();
        let handle = scope.handle();
        let permits = backend.semaphore(1);
        let result = scope
            .run(async {
                log.note("begins");
                ready(()).await;
                log.note("goes on");
                let permit = permits.acquire().await;
                log.note("after a checkpoint");
                drop(permit);
                backend.sleep(LONG).await;
            })
            .await;
        let reason = result.map_err(|cancelled| cancelled.reason().clone());
        assert_eq!(reason, Err(Reason::Deadline), "{what}: the scope's result");
        assert!(handle.cancel_called() && handle.cancelled_caught(), "{what}: {handle:?}");
        assert_eq!(log.entries(), ["begins", "goes on"], "{what}: where the body was cut");
        assert_eq!(permits.available(), 1, "{what}: a cut acquire took its permit");
    }
}

async fn to_the_first_foreign_wait<B: Backend>(backend: &B) {
    let log = Log::new();
    let result = backend.move_on_at(past(backend), async {
        let _guard = log.guard("dropped");
        log.note("begins");
        pending::<()>().await;
        log.note("after a foreign wait");
    });
    assert_eq!(result.await, None, "a past deadline did not cut a foreign wait");
    assert_eq!(log.entries(), ["begins", "dropped"], "where the body was cut");
}

async fn without_any<B: Backend>(backend: &B) {
    let value = backend.fail_at(past(backend), async {
        let group = backend.task_group(|_: Group<B>| async { Ok(3) }).await;
        (ready(1).await, backend.shield(backend.checkpoint()).await, group)
    });
    assert_eq!(value.await, Ok((1, (), Ok(3))), "a past deadline, but no checkpoint");
}

pub(super) fn d7<B: Backend + Toplevel>(backend: &B) {
    backend.run(it_wakes_a_scope_that_waits(backend));
    backend.run(loops_do_not_outrun_it(backend));
    backend.run(a_child_does_not_outrun_it(backend));
}

async fn it_wakes_a_scope_that_waits<B: Backend>(backend: &B) {
    let start = backend.now();
    let deadline = start + SHORT;
    let foreign = async {
        // The sleep only bounds the check: what ends the wait is the scope's own timer.
        race(pin!(pending::<()>()), backend.sleep(LONG)).await;
    };
    let result = backend.move_on_at(deadline, foreign).await;
    assert_eq!(result, None, "a foreign wait without end");
    let end = Instant::now() + LONG;
    let result = backend.move_on_at(deadline + SHORT, async {
        while Instant::now() < end {
            turns(1).await;
        }
    });
    assert_eq!(result.await, None, "a loop of foreign waits");
    assert!(backend.now() >= deadline + SHORT, "struck before the deadline");
}

/// Runs `operation` again and again under a short deadline.
async fn outruns<B: Backend, F: Future<Output: Send> + Send>(
    backend: &B,
    what: &str,
    mut operation: impl FnMut() -> F + Send,
) {
    let end = Instant::now() + LONG;
    let looping = async {
        while Instant::now() < end {
            operation().await;
        }
    };
    let result = backend.move_on_after(SHORT, looping).await;
    assert_eq!(result, None, "a loop of {what} outran a deadline of {SHORT:?} for {LONG:?}");
}

async fn loops_do_not_outrun_it<B: Backend>(backend: &B) {
    let permits = &backend.semaphore(4);
    outruns(backend, "acquire and release", || async { drop(permits.acquire().await) }).await;
    outruns(backend, "acquire_many", || async { drop(permits.acquire_many(3).await) }).await;
    outruns(backend, "checkpoints", || backend.checkpoint()).await;
    outruns(backend, "sleeps until the past", || backend.sleep_until(past(backend))).await;
    for (kind, (sender, receiver)) in
        [("bounded", &backend.bounded(2)), ("unbounded", &backend.unbounded())]
    {
        outruns(backend, &format!("{kind} recv of what is there"), || async {
            assert!(sender.try_send(1).is_ok(), "a channel with room took no item");
            receiver.recv().await
        })
        .await;
        while receiver.try_recv().is_ok() {}
        outruns(backend, &format!("{kind} send with room"), || async {
            assert!(sender.send(1).await.is_ok(), "a channel with a receiver took no item");
            receiver.try_recv()
        })
        .await;
    }
    let inner = || async { backend.move_on_after(HOUR, permits.acquire()).await.is_some() };
    outruns(backend, "scopes around acquire", inner).await;
    let inner = || {
        backend.task_group(|_: Group<B>| async {
            drop(permits.acquire().await);
        })
    };
    outruns(backend, "groups around acquire", inner).await;
}

/// The child loops; the deadline is that of a scope around its group, in another task.
async fn a_child_does_not_outrun_it<B: Backend>(backend: &B) {
    let (outran, began) = (Flag::new(), Event::new());
    let end = Instant::now() + LONG;
    let group = backend.task_group(|group: Group<B>| {
        for _ in 0..4 {
            let (permits, outran, began) = (backend.semaphore(1), outran.clone(), began.clone());
            group.spawn(async move {
                began.set();
                while Instant::now() < end {
                    drop(permits.acquire().await);
                }
                outran.raise();
            });
        }
        async {}
    });
    let result = backend.move_on_after(SHORT, group).await;
    assert!(result.is_none(), "a group whose children loop was not ended by a deadline");
    assert!(!outran.is_up(), "a child's loop outran a deadline of {SHORT:?} for {LONG:?}");
}
