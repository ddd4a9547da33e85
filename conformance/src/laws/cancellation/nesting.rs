//! C4: which of several cancelled scopes absorbs.

use std::time::Duration;

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelHandle, CancelScope, Toplevel};

use crate::laws::tools::{Event, Source, step};
use crate::support::{Flag, Group};

pub(super) fn assert_absorbed_by<H: CancelHandle>(handle: &H, others: &[&H], context: &str) {
    assert!(handle.cancelled_caught(), "{context}: the outermost one did not catch: {handle:?}");
    for other in others {
        assert!(!other.cancelled_caught(), "{context}: one inside it says it caught: {other:?}");
    }
}

pub(super) fn c4<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        for inner_first in [true, false] {
            backend.run(two_scopes(backend, source, inner_first));
            backend.run(two_scopes_that_wait(backend, source, inner_first));
        }
        backend.run(a_shield_hides_the_outer_one(backend, source));
        backend.run(scope_around_group(backend, source));
    }
    backend.run(three_scopes(backend));
    backend.run(group_around_scope(backend));
    backend.run(scope_of_a_child(backend));
    backend.run(handle_of_a_child(backend));
    backend.run(handle_of_a_child_that_cleans_up(backend));
}

async fn two_scopes<B: Backend>(backend: &B, source: Source, inner_first: bool) {
    let context = &format!("cancelled from {source:?}, inner one first: {inner_first}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let result = outer
        .run(async {
            let inner = inner.run(async {
                if inner_first {
                    source.cancel_with(backend, &inside, "inner").await;
                    source.cancel_with(backend, &outside, "outer").await;
                } else {
                    source.cancel_with(backend, &outside, "outer").await;
                    source.cancel_with(backend, &inside, "inner").await;
                }
                backend.checkpoint().await;
            });
            let _ = inner.await;
            after.raise();
        })
        .await;
    assert!(!after.is_up(), "{context}: the inner scope returned");
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err(Reason::from("outer")), "{context}: the outer scope's result");
    assert!(inside.cancel_called(), "{context}: {inside:?}");
    assert_absorbed_by(&outside, &[&inside], context);
}

/// Both are cancelled while the body waits, before the task is polled again.
async fn two_scopes_that_wait<B: Backend>(backend: &B, source: Source, inner_first: bool) {
    let context = &format!("waiting, from {source:?}, inner one first: {inner_first}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let mut run = Box::pin(outer.run(async {
        let _ = inner.run(backend.sleep(Duration::MAX)).await;
        after.raise();
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    let order = if inner_first { [&inside, &outside] } else { [&outside, &inside] };
    for handle in order {
        source.cancel(backend, handle).await;
    }
    assert!(run.await.is_err(), "{context}: the outer scope gave a value");
    assert!(!after.is_up(), "{context}: the inner scope returned");
    assert_absorbed_by(&outside, &[&inside], context);
}

async fn a_shield_hides_the_outer_one<B: Backend>(backend: &B, source: Source) {
    let context = &format!("a shield between, cancelled from {source:?}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let (caught, after) = (Flag::new(), Flag::new());
    let result = outer
        .run(async {
            let shielded = backend.shield(async {
                let result = inner
                    .run(async {
                        source.cancel(backend, &outside).await;
                        source.cancel(backend, &inside).await;
                        backend.checkpoint().await;
                    })
                    .await;
                assert!(result.is_err(), "{context}: the inner scope gave a value");
                assert!(inside.cancelled_caught(), "{context}: it is outermost: {inside:?}");
                backend.checkpoint().await;
                caught.raise();
            });
            shielded.await;
            backend.checkpoint().await;
            after.raise();
        })
        .await;
    assert!(caught.is_up(), "{context}: the outer cancellation got through the shield");
    assert!(!after.is_up(), "{context}: the outer scope, cancelled too, did not strike");
    assert!(result.is_err() && outside.cancelled_caught(), "{context}: {outside:?}");
}

async fn three_scopes<B: Backend>(backend: &B) {
    let scopes = [(); 3].map(|()| backend.cancel_scope());
    let handles = scopes.each_ref().map(CancelScope::handle);
    let [outer, middle, inner] = scopes;
    let (after_inner, after_middle) = (Flag::new(), Flag::new());
    let result = outer
        .run(async {
            let result = middle
                .run(async {
                    let _ = inner
                        .run(async {
                            handles[2].cancel();
                            handles[1].cancel();
                            backend.checkpoint().await;
                        })
                        .await;
                    after_inner.raise();
                })
                .await;
            assert!(result.is_err(), "the middle scope gave {result:?}");
            backend.checkpoint().await;
            after_middle.raise();
        })
        .await;
    assert!(!after_inner.is_up(), "the inner one of two cancelled scopes returned");
    assert!(after_middle.is_up(), "a scope that nobody cancelled was cut");
    assert_eq!(result, Ok(()), "the outer scope was not cancelled");
    assert_absorbed_by(&handles[1], &[&handles[0], &handles[2]], "the middle and the inner one");
}

async fn scope_around_group<B: Backend>(backend: &B, source: Source) {
    let context = &format!("a group in a scope, cancelled from {source:?}");
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let after = Flag::new();
    let result = scope
        .run(async {
            let group = backend.task_group(|group: Group<B>| async move {
                let child = backend.clone();
                group.spawn(async move { child.sleep(Duration::MAX).await });
                group.cancel();
                source.cancel(backend, &handle).await;
                backend.checkpoint().await;
            });
            let _ = group.await;
            after.raise();
        })
        .await;
    assert!(result.is_err(), "{context}: the scope gave a value");
    assert!(!after.is_up(), "{context}: the group absorbed, and the scope around it is cancelled");
}

async fn group_around_scope<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let after = Flag::new();
    let result = backend
        .task_group(|group: Group<B>| {
            let (after, handle) = (after.clone(), handle.clone());
            async move {
                let inner = scope.run(async {
                    handle.cancel();
                    group.cancel_with("group".into());
                    backend.checkpoint().await;
                });
                let _ = inner.await;
                after.raise();
            }
        })
        .await;
    assert!(result.is_err_and(|error| error.is_cancelled()), "the cancelled group gave a value");
    assert!(!after.is_up(), "the scope absorbed, and the group around it is cancelled");
    assert!(handle.cancel_called() && !handle.cancelled_caught(), "{handle:?}");
}

async fn scope_of_a_child<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let after = Flag::new();
    let (started, go) = (Event::new(), Event::new());
    let child = {
        let (backend, after) = (backend.clone(), after.clone());
        let (started, go) = (started.clone(), go.clone());
        async move {
            let body = async {
                started.set();
                backend.shield(go.wait()).await;
                backend.checkpoint().await;
            };
            let _ = scope.run(body).await;
            after.raise();
        }
    };
    let inside = handle.clone();
    let result = backend
        .task_group(|group: Group<B>| async move {
            let _go = go.guard();
            group.spawn(child);
            started.wait().await;
            inside.cancel();
            group.cancel();
        })
        .await;
    assert_eq!(result, Ok(()), "the group's body finished");
    assert!(!after.is_up(), "the child's scope absorbed, and the child's group is cancelled");
    assert!(handle.cancel_called() && !handle.cancelled_caught(), "{handle:?}");
}

/// The handle of a child is an inner one, next to what is around its group.
async fn handle_of_a_child<B: Backend>(backend: &B) {
    let outer = backend.cancel_scope();
    let outside = outer.handle();
    let result = outer
        .run(backend.task_group(async |group: Group<B>| {
            let child = group.spawn(backend.sleep(Duration::MAX));
            outside.cancel();
            child.cancel();
        }))
        .await;
    assert!(result.is_err(), "cancelled by its handle and from outside: the group gave {result:?}");
}

/// ... also if the outer one comes while the child unwinds (law C5).
async fn handle_of_a_child_that_cleans_up<B: Backend>(backend: &B) {
    let outer = backend.cancel_scope();
    let outside = outer.handle();
    let result = outer
        .run(backend.task_group(async |group: Group<B>| {
            let (cleaning, go) = (Event::new(), Event::new());
            let child = group.spawn({
                let (backend, cleaning, go) = (backend.clone(), cleaning.clone(), go.clone());
                async move {
                    let cleanup = async {
                        cleaning.set();
                        go.wait().await;
                    };
                    backend.finally(backend.sleep(Duration::MAX), cleanup).await;
                }
            });
            child.cancel();
            backend.shield(cleaning.wait()).await;
            outside.cancel();
            go.set();
        }))
        .await;
    assert!(result.is_err(), "cancelled from outside while it unwound: the group gave {result:?}");
}
