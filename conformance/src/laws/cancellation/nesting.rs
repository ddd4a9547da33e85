//! C4, C5 and C9: scopes in scopes, and tasks in tasks.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelHandle, Toplevel};

use crate::laws::tools::{Event, Source, attempt, both, eventually, step};
use crate::support::{Count, Flag, Group, join, on_drop, turns};

fn assert_absorbed_by<H: CancelHandle>(handle: &H, others: &[&H], context: &str) {
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
    let handles = scopes.each_ref().map(|scope| scope.handle());
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

pub(super) fn c5<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        for by_outer in [true, false] {
            backend.run(while_a_shield_holds(backend, source, by_outer));
            backend.run(while_a_child_ends(backend, source, by_outer));
        }
    }
    backend.run(by_a_destructor(backend));
}

/// The inner scope is cancelled, but held open by a shield; meanwhile the outer one is.
async fn while_a_shield_holds<B: Backend>(backend: &B, source: Source, by_outer: bool) {
    let release = Event::new();
    let held = backend.shield(release.wait());
    unwinding(backend, source, by_outer, &release, held).await;
}

/// The same, held open by a group whose child is still winding down.
async fn while_a_child_ends<B: Backend>(backend: &B, source: Source, by_outer: bool) {
    let release = Event::new();
    let child = (backend.clone(), release.clone());
    let held = backend.task_group(|group: Group<B>| {
        let (backend, release) = child;
        group.spawn(async move { backend.shield(release.wait()).await });
        async {}
    });
    unwinding(backend, source, by_outer, &release, held).await;
}

async fn unwinding<B: Backend, F: Future<Output: Send> + Send>(
    backend: &B,
    source: Source,
    by_outer: bool,
    release: &Event,
    held: F,
) {
    let context = &format!("outer one cancelled meanwhile: {by_outer}, from {source:?}");
    let _release = release.guard();
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let mut run = Box::pin(outer.run(async {
        let inner = inner.run(both(held, backend.sleep(Duration::MAX))).await;
        after.raise();
        inner.is_err()
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    source.cancel(backend, &inside).await;
    assert!(step(&mut run).await.is_pending(), "{context}: what was shielded was not awaited");
    if by_outer {
        source.cancel(backend, &outside).await;
        assert!(step(&mut run).await.is_pending(), "{context}: what was shielded was cut");
    }
    release.set();
    let result = run.await;
    if by_outer {
        assert!(result.is_err(), "{context}: the inner scope absorbed");
        assert!(!after.is_up(), "{context}: the inner scope returned");
        assert_absorbed_by(&outside, &[&inside], context);
    } else {
        assert_eq!(result, Ok(true), "{context}: the inner scope alone was cancelled");
        assert_absorbed_by(&inside, &[&outside], context);
    }
}

/// The outer scope is cancelled by a destructor of the inner one's body.
async fn by_a_destructor<B: Backend>(backend: &B) {
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let result = outer
        .run(async {
            let body = async {
                let outside = outside.clone();
                let _cancels = on_drop(move || outside.cancel());
                inside.cancel();
                backend.checkpoint().await;
            };
            let _ = inner.run(body).await;
            after.raise();
            backend.checkpoint().await;
        })
        .await;
    assert!(result.is_err(), "the outer scope gave {result:?}");
    assert!(!after.is_up(), "a destructor cancelled the outer scope, but the inner one returned");
    assert_absorbed_by(&outside, &[&inside], "cancelled by a destructor of the inner body");
}

/// A tree of tasks, each with a scope and a group of its own, and how it fares.
#[derive(Clone, Default)]
struct Tree {
    alive: Count,
    waiting: Count,
    ran_on: Flag,
}

const DEPTH: usize = 3;
const NODES: usize = 1 + 3 + 9 + 27;

fn grow<B: Backend>(
    backend: B,
    tree: Tree,
    depth: usize,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let alive = tree.alive.guard();
    Box::pin(async move {
        let _alive = alive;
        let children = backend.task_group(|group: Group<B>| async {
            let group = group;
            for _ in 0..if depth == 0 { 0 } else { 3 } {
                group.spawn(grow(backend.clone(), tree.clone(), depth - 1));
            }
            tree.waiting.up();
            backend.sleep(Duration::MAX).await;
            tree.ran_on.raise();
        });
        let _ = backend.cancel_scope().run(children).await;
        tree.ran_on.raise();
    })
}

pub(super) fn c9<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(a_whole_tree(backend, source));
    }
    backend.run(through_one_task_at_once(backend));
}

async fn a_whole_tree<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let tree = Tree::default();
    let (shielded, release) = (Event::new(), Event::new());
    let shielded_saw = Flag::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let body = backend.task_group(|group: Group<B>| {
        group.spawn(grow(backend.clone(), tree.clone(), DEPTH));
        let (backend, release) = (backend.clone(), release.clone());
        let (shielded, saw) = (shielded.clone(), shielded_saw.clone());
        group.spawn(async move {
            let kept = backend.shield(async {
                shielded.set();
                release.wait().await;
                if backend.is_cancelled() || attempt(backend.checkpoint()).await.is_none() {
                    saw.raise();
                }
            });
            kept.await;
        });
        async {}
    });
    let cancelling = async {
        let _release = release.guard();
        eventually!("all tasks of the tree wait", tree.waiting.get() == NODES);
        shielded.wait().await;
        source.cancel(backend, &handle).await;
        eventually!("all tasks of the tree are gone", tree.alive.get() == 0);
        turns(3).await;
    };
    let (result, ()) = both(scope.run(body), cancelling).await;
    assert!(result.is_err(), "{context}: the scope gave {result:?}");
    assert!(!tree.ran_on.is_up(), "{context}: a task of the tree ran on after its sleep");
    assert!(!shielded_saw.is_up(), "{context}: what is shielded is no visible descendant");
}

/// One call, and the next poll of the task ends everything in it.
async fn through_one_task_at_once<B: Backend>(backend: &B) {
    let outer = backend.cancel_scope();
    let handle = outer.handle();
    let nested = async {
        let group = backend.task_group(|_: Group<B>| async {
            let _ = backend.cancel_scope().run(backend.sleep(Duration::MAX)).await;
        });
        let _ = backend.cancel_scope().run(group).await;
    };
    let other = backend.cancel_scope().run(backend.sleep(Duration::MAX));
    let mut run = Box::pin(outer.run(both(nested, other)));
    assert!(step(&mut run).await.is_pending(), "an endless sleep ended");
    join(std::thread::spawn(move || handle.cancel()));
    let poll = step(&mut run).await.map(|result| result.is_err());
    assert!(poll == std::task::Poll::Ready(true), "one call and one poll gave {poll:?}");
}
