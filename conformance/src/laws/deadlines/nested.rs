//! D3 and D5: several deadlines at once.

use std::future::ready;
use std::time::Duration;

use anyrt_core::error::{Reason, TimedOut};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, LONG, Source, past, step};
use crate::support::{Flag, Group};

const SHORT: Duration = Duration::from_millis(30);

pub(super) fn d3<B: Backend + Toplevel>(backend: &B) {
    backend.run(the_earliest_counts(backend));
    backend.run(through_tasks(backend));
    backend.run(as_it_is_moved(backend));
    for source in Source::ALL {
        backend.run(cancelled_is_in_the_past(backend, source));
    }
}

async fn the_earliest_counts<B: Backend>(backend: &B) {
    let effective = || async { backend.current_effective_deadline() };
    assert_eq!(effective().await, None, "outside of all scopes");
    let (soon, middle, late) =
        (backend.now() + HOUR, backend.now() + 2 * HOUR, backend.now() + 3 * HOUR);
    let in_middle = backend.move_on_at(middle, async {
        assert_eq!(effective().await, Some(middle), "in one scope");
        let plain = backend.cancel_scope().run(effective()).await;
        assert_eq!(plain, Ok(Some(middle)), "in a scope without a deadline of its own");
        let seen = backend.move_on_at(late, effective()).await;
        assert_eq!(seen, Some(Some(middle)), "the inner one is later: the outer one counts");
        let seen = backend.move_on_at(soon, effective()).await;
        assert_eq!(seen, Some(Some(soon)), "the inner one is sooner: the inner one counts");
        assert_eq!(effective().await, Some(middle), "after an inner scope");
        assert_eq!(backend.shield(effective()).await, None, "a shield hides outer deadlines");
        let shielded = backend.cancel_scope().shielded().with_deadline(late);
        let seen = shielded.run(effective()).await;
        assert_eq!(seen, Ok(Some(late)), "a shield's own deadline is not hidden");
        let seen = backend.shield(backend.move_on_at(late, effective())).await;
        assert_eq!(seen, Some(Some(late)), "a scope inside a shield");
        let seen = backend.move_on_after(Duration::MAX, backend.shield(effective())).await;
        assert_eq!(seen, Some(None), "`Duration::MAX` is no deadline");
    });
    assert_eq!(in_middle.await, Some(()), "a deadline in two hours struck");
}

async fn through_tasks<B: Backend>(backend: &B) {
    let (outer, inner) = (backend.now() + 2 * HOUR, backend.now() + HOUR);
    let child = backend.clone();
    let in_outer = backend.move_on_at(outer, async {
        backend
            .task_group(|group: Group<B>| async move {
                let spawned = async {
                    group.spawn(async move {
                        let seen = child.current_effective_deadline();
                        let shielded =
                            child.shield(async { child.current_effective_deadline() }).await;
                        Ok((seen, shielded))
                    })
                };
                // The group is older than the scope around the spawn.
                let handle = backend.move_on_at(inner, spawned).await;
                let Some(handle) = handle else { panic!("a deadline in an hour struck") };
                match handle.await {
                    Ok(seen) => assert_eq!(
                        seen,
                        (Some(outer), None),
                        "a child's deadline is that of the scopes around its group"
                    ),
                    Err(error) => panic!("the child gave {error:?}"),
                }
            })
            .await
    });
    assert_eq!(in_outer.await, Some(Ok(())), "a deadline in two hours struck");
}

async fn as_it_is_moved<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(backend.cancel_scope().run(async {
            assert_eq!(backend.current_effective_deadline(), None, "no deadline yet");
            for hours in [3, 1, 2] {
                let deadline = Some(backend.now() + hours * HOUR);
                handle.set_deadline(deadline);
                assert_eq!(backend.current_effective_deadline(), deadline, "a moved deadline");
            }
            handle.set_deadline(None);
            assert_eq!(backend.current_effective_deadline(), None, "a removed deadline");
        }))
        .await;
    assert_eq!(result, Ok(Ok(())), "nothing struck");
}

async fn cancelled_is_in_the_past<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let in_the_past =
        || backend.current_effective_deadline().is_some_and(|deadline| deadline <= backend.now());
    let scope = backend.cancel_scope().with_timeout(HOUR);
    let handle = scope.handle();
    let far = backend.now() + HOUR;
    let result = scope
        .run(async {
            assert!(!in_the_past(), "{context}: not yet cancelled");
            source.cancel(backend, &handle).await;
            assert!(in_the_past(), "{context}: the cancelled scope itself");
            let inside = backend.move_on_at(far, async { in_the_past() }).await;
            assert_eq!(inside, Some(true), "{context}: a scope in the cancelled one");
            let inside = backend.shield(async { backend.current_effective_deadline() }).await;
            assert_eq!(inside, None, "{context}: a shield hides the cancelled scope");
            let shielded = backend.cancel_scope().shielded();
            let own = shielded.handle();
            let inside = shielded.run(async {
                source.cancel(backend, &own).await;
                in_the_past()
            });
            assert_eq!(inside.await, Ok(true), "{context}: a shield that is cancelled itself");
            ready(7).await
        })
        .await;
    assert_eq!(result, Ok(7), "{context}: no checkpoint followed");
    let seen = backend.move_on_at(past(backend), async { in_the_past() }).await;
    assert_eq!(seen, Some(true), "a deadline that has passed");
}

pub(super) fn d5<B: Backend + Toplevel>(backend: &B) {
    for later in [SHORT, 2 * SHORT, HOUR] {
        backend.run(the_outer_fires(backend, later));
    }
    backend.run(the_inner_looks_first(backend));
    backend.run(only_the_inner_fires(backend));
    backend.run(both_have_passed(backend));
    backend.run(through_a_group(backend));
}

async fn the_outer_fires<B: Backend>(backend: &B, later: Duration) {
    let context = &format!("outer after {SHORT:?}, inner after {later:?}");
    let start = backend.now();
    let outer = backend.cancel_scope().with_deadline(start + SHORT);
    let inner = backend.cancel_scope().with_deadline(start + later);
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let result = outer
        .run(async {
            let _ = inner.run(backend.sleep(LONG)).await;
            after.raise();
        })
        .await;
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err(Reason::Deadline), "{context}: the outer scope's result");
    assert!(backend.now() >= start + SHORT, "{context}: struck too early");
    assert!(!after.is_up(), "{context}: the inner scope returned");
    assert!(outside.cancelled_caught(), "{context}: {outside:?}");
    assert!(!inside.cancelled_caught(), "{context}: {inside:?}");

    let inner = backend.fail_after(later, backend.sleep(LONG));
    let nested = backend.fail_after(SHORT, async {
        let _ = inner.await;
        after.raise();
    });
    assert_eq!(nested.await, Err(TimedOut::new()), "{context}: the outer `fail_after`");
    assert!(!after.is_up(), "{context}: the inner `fail_after` returned");
}

/// Of two deadlines at the same moment, the inner scope sees its own before the outer one does.
async fn the_inner_looks_first<B: Backend>(backend: &B) {
    let outer = backend.cancel_scope();
    let (outside, after) = (outer.handle(), Flag::new());
    let result = outer
        .run(async {
            let now = backend.now();
            let inner = backend.cancel_scope().with_deadline(now);
            outside.set_deadline(Some(now));
            let _ = inner.run(backend.sleep(LONG)).await;
            after.raise();
        })
        .await;
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err(Reason::Deadline), "the outer one of two scopes with one deadline");
    assert!(!after.is_up(), "the inner one of two scopes with one deadline returned");
}

async fn only_the_inner_fires<B: Backend>(backend: &B) {
    let start = backend.now();
    let outer = backend.cancel_scope().with_deadline(start + HOUR);
    let inner = backend.cancel_scope().with_deadline(start + SHORT);
    let (outside, inside) = (outer.handle(), inner.handle());
    let result = outer
        .run(async {
            let result = inner.run(backend.sleep(LONG)).await;
            assert!(result.is_err(), "a deadline after {SHORT:?} did not end a sleep of {LONG:?}");
            assert!(backend.now() >= start + SHORT, "the inner deadline struck too early");
            assert!(inside.cancelled_caught(), "{inside:?}");
            backend.checkpoint().await;
            backend.sleep(Duration::from_millis(1)).await;
            7
        })
        .await;
    assert_eq!(result, Ok(7), "the outer deadline is in an hour");
    assert!(!outside.cancel_called(), "only the inner one fired: {outside:?}");
}

async fn both_have_passed<B: Backend>(backend: &B) {
    let after = Flag::new();
    let outer = backend.fail_at(past(backend), async {
        let _ = backend.fail_at(past(backend), backend.sleep(LONG)).await;
        after.raise();
    });
    assert_eq!(outer.await, Err(TimedOut::new()), "both deadlines have passed");
    assert!(!after.is_up(), "the inner `fail_at` absorbed, and the outer one has passed, too");
}

/// The outer deadline ends the inner one's group, too, and its tasks.
async fn through_a_group<B: Backend>(backend: &B) {
    let (gone, after) = (Flag::new(), Flag::new());
    let waits = Event::new();
    let group = backend.task_group(|group: Group<B>| {
        let (backend, gone, waits) = (backend.clone(), gone.guard(), waits.clone());
        let after = after.clone();
        group.spawn(async move {
            let _gone = gone;
            waits.set();
            let _ = backend.move_on_after(HOUR, backend.sleep(LONG)).await;
            after.raise();
        });
        async {}
    });
    let mut run = Box::pin(backend.move_on_after(SHORT, async {
        let _ = backend.move_on_after(HOUR, group).await;
        after.raise();
    }));
    if step(&mut run).await.is_pending() {
        waits.wait().await;
        assert_eq!(run.await, None, "a deadline after {SHORT:?} did not end a group");
    }
    assert!(gone.is_up(), "the group ended before its task");
    assert!(!after.is_up(), "a scope inside the one whose deadline fired returned");
}
