//! D1 and D2: from when a deadline counts, and how it moves.

use std::future::Future;
use std::time::{Duration, Instant};

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelHandle, Toplevel};

use crate::laws::tools::{Event, HOUR, LONG, Source, attempt, both, past, step};
use crate::support::{Flag, join, turns};

const PAUSE: Duration = Duration::from_millis(30);

pub(super) fn d1<B: Backend + Toplevel>(backend: &B) {
    backend.run(deadlines_count_from_the_first_poll(backend));
    backend.run(a_short_timeout_is_not_used_up(backend));
}

/// Shows that a timeout of an hour began with the first poll, and not again with later ones.
async fn deadlines_count_from_the_first_poll<B: Backend>(backend: &B) {
    let looks = || async {
        let first = backend.current_effective_deadline();
        let polled = backend.now();
        turns(3).await;
        backend.sleep(Duration::from_millis(1)).await;
        assert_eq!(backend.current_effective_deadline(), first, "a later poll moved the deadline");
        (first, polled)
    };
    let scope = backend.cancel_scope().with_timeout(HOUR);
    let handle = scope.handle();
    let looks_at_handle = async {
        let (first, polled) = looks().await;
        assert_eq!(handle.deadline(), first, "the handle knows another deadline");
        (first, polled)
    };
    let scope = scope.run(looks_at_handle);
    from_the_first_poll(backend, "a scope", async { scope.await.ok() }).await;
    let scope = backend.move_on_after(HOUR, looks());
    from_the_first_poll(backend, "move_on_after", scope).await;
    let scope = backend.fail_after(HOUR, looks());
    from_the_first_poll(backend, "fail_after", async { scope.await.ok() }).await;
}

async fn from_the_first_poll<B: Backend, F>(backend: &B, what: &str, future: F)
where
    F: Future<Output = Option<(Option<Instant>, Instant)>>,
{
    let mut future = Box::pin(future);
    backend.sleep(PAUSE).await;
    let before = backend.now();
    let Some((Some(deadline), polled)) = future.as_mut().await else {
        panic!("{what} with a timeout of an hour was cut, or shows no deadline inside");
    };
    assert!(
        deadline >= before + HOUR,
        "{what}: its deadline is {:?} too early: it counts from before the first poll",
        before + HOUR - deadline
    );
    assert!(deadline <= polled + HOUR, "{what}: its deadline is later than its timeout");
}

/// A wait that is short, but longer than the time since it was made.
async fn a_short_timeout_is_not_used_up<B: Backend>(backend: &B) {
    let timeout = 2 * PAUSE;
    let scope = backend.cancel_scope().with_timeout(timeout);
    let sleep = backend.sleep(timeout);
    backend.sleep(timeout).await;
    let before = backend.now();
    let (result, woke) = both(scope.run(backend.sleep(LONG)), async {
        sleep.await;
        backend.now()
    })
    .await;
    let elapsed = backend.now() - before;
    assert!(result.is_err(), "a timeout of {timeout:?} did not end a sleep of {LONG:?}");
    assert!(elapsed >= timeout, "a timeout of {timeout:?} struck {elapsed:?} after its first poll");
    let slept = woke - before;
    assert!(slept >= timeout, "a sleep of {timeout:?} ended {slept:?} after its first poll");
}

pub(super) fn d2<B: Backend + Toplevel>(backend: &B) {
    for source in [Source::Within, Source::Thread] {
        backend.run(earlier(backend, source));
    }
    for to in [Some(HOUR), None] {
        for waits in [false, true] {
            later(backend, to, waits);
        }
    }
    backend.run(set_before_it_runs(backend));
    backend.run(struck_stays_struck(backend));
}

/// A deadline is moved near while the body waits, from inside or from another thread.
async fn earlier<B: Backend>(backend: &B, source: Source) {
    let context = &format!("moved earlier from {source:?}");
    let scope = backend.cancel_scope().with_deadline(backend.now() + HOUR);
    let handle = scope.handle();
    let waits = Event::new();
    let result = both(
        scope.run(async {
            waits.set();
            backend.sleep(LONG).await;
        }),
        async {
            waits.wait().await;
            turns(2).await;
            let near = backend.now() + PAUSE;
            match source {
                Source::Within | Source::Child => handle.set_deadline(Some(near)),
                Source::Thread => {
                    let handle = handle.clone();
                    join(std::thread::spawn(move || handle.set_deadline(Some(near))));
                }
            }
            assert_eq!(handle.deadline(), Some(near), "{context}: the handle's deadline");
            near
        },
    );
    let (result, near) = result.await;
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err(Reason::Deadline), "{context}: the scope's result");
    assert!(backend.now() >= near, "{context}: struck before the deadline");
    assert!(handle.cancel_called() && handle.cancelled_caught(), "{context}: {handle:?}");
}

/// A deadline is moved away, or taken away, before it passes; the body outlives the first one.
fn later<B: Backend + Toplevel>(backend: &B, to: Option<Duration>, waits: bool) {
    let mut first = 2 * PAUSE;
    // A machine that stalls until the first deadline has passed shows nothing: then once more.
    while !backend.run(later_in_time(backend, to, waits, first)) {
        first *= 2;
    }
}

async fn later_in_time<B: Backend>(
    backend: &B,
    to: Option<Duration>,
    waits: bool,
    first: Duration,
) -> bool {
    let old = backend.now() + first;
    let new = to.map(|later| old + later);
    let scope = backend.cancel_scope().with_deadline(old);
    let handle = scope.handle();
    let moved = Flag::new();
    let mut run = Box::pin(scope.run(async {
        if !waits {
            handle.set_deadline(new);
            if backend.now() < old {
                moved.raise();
            }
        }
        backend.sleep_until(old + PAUSE).await;
        backend.checkpoint().await;
        backend.current_effective_deadline()
    }));
    if waits {
        if step(&mut run).await.is_ready() {
            return false;
        }
        handle.set_deadline(new);
        if backend.now() < old {
            moved.raise();
        }
    }
    let result = run.await;
    if moved.is_up() {
        assert_eq!(
            result,
            Ok(new),
            "a deadline was moved later before it passed (while waiting: {waits})"
        );
        assert!(!handle.cancel_called(), "it did not strike: {handle:?}");
    }
    moved.is_up()
}

async fn set_before_it_runs<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope().with_deadline(backend.now() + HOUR);
    let handle = scope.handle();
    handle.set_deadline(Some(past(backend)));
    let result = scope.run(backend.sleep(LONG)).await;
    assert!(result.is_err(), "a deadline that was moved before the scope ran did not strike");

    let scope = backend.cancel_scope().with_deadline(past(backend));
    let handle = scope.handle();
    handle.set_deadline(None);
    let result = scope.run(backend.checkpoint()).await;
    assert_eq!(result, Ok(()), "a deadline that was removed before the scope ran struck");
}

async fn struck_stays_struck<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope().with_deadline(past(backend));
    let handle = scope.handle();
    let ran_on = Flag::new();
    let result = scope
        .run(async {
            let cut = attempt(backend.checkpoint()).await;
            assert!(cut.is_none(), "a checkpoint after the deadline completed");
            for deadline in [Some(backend.now() + HOUR), None] {
                handle.set_deadline(deadline);
                let cut = attempt(backend.checkpoint()).await;
                assert!(cut.is_none(), "the deadline struck, and was undone by {deadline:?}");
                assert!(handle.cancel_called() && backend.is_cancelled(), "{handle:?}");
            }
            backend.checkpoint().await;
            ran_on.raise();
        })
        .await;
    assert!(!ran_on.is_up(), "code after a cut checkpoint ran");
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err(Reason::Deadline), "the scope's result");
    assert!(handle.cancelled_caught(), "{handle:?}");
}
