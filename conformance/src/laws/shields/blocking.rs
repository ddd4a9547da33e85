//! S1, S2 and S3: what a shield keeps out, and until when.

use std::future::pending;
use std::time::Duration;

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, LONG, Source, past, step};
use crate::support::{Count, Flag, Group, Log, turns};

const SHORT: Duration = Duration::from_millis(20);

/// Uses every kind of operation, with and without a wait.
async fn work<B: Backend>(backend: &B) {
    assert!(!backend.is_cancelled(), "what is shielded says that it is cancelled");
    let permits = backend.semaphore(1);
    let (sender, receiver) = backend.bounded(1);
    let (meets, met) = backend.bounded(0);
    for item in 0..3 {
        backend.checkpoint().await;
        drop(permits.acquire().await);
        assert_eq!(sender.send(item).await, Ok(()), "a channel with room");
        assert_eq!(receiver.recv().await, Ok(item), "a channel with an item");
        let exchange = crate::laws::tools::both(meets.send(item), met.recv());
        assert_eq!(exchange.await, (Ok(()), Ok(item)), "a rendezvous");
        turns(2).await;
    }
    backend.sleep(Duration::from_millis(1)).await;
}

pub(super) fn s1<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        for raised in [Raised::Shield, Raised::Scope, Raised::HandleBefore, Raised::HandleInside] {
            backend.run(outer_cancellation_is_kept_out(backend, source, raised));
        }
        backend.run(its_own_cancel_works(backend, source));
        backend.run(scopes_inside_work(backend, source));
    }
    backend.run(its_own_deadline_works(backend));
    backend.run(an_outer_deadline_is_kept_out(backend));
    backend.run(in_a_child(backend));
}

/// How a shield came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Raised {
    Shield,
    Scope,
    HandleBefore,
    HandleInside,
}

async fn outer_cancellation_is_kept_out<B: Backend>(backend: &B, source: Source, raised: Raised) {
    let context = &format!("shield: {raised:?}, cancelled from {source:?}");
    let outer = backend.cancel_scope();
    let handle = outer.handle();
    let (kept, after) = (Flag::new(), Flag::new());
    let result = outer
        .run(async {
            let shielded = async {
                source.cancel(backend, &handle).await;
                work(backend).await;
                7
            };
            let value = match raised {
                Raised::Shield => Ok(backend.shield(shielded).await),
                Raised::Scope => backend.cancel_scope().shielded().run(shielded).await,
                Raised::HandleBefore => {
                    let scope = backend.cancel_scope();
                    scope.handle().set_shield(true);
                    scope.run(shielded).await
                }
                Raised::HandleInside => {
                    let scope = backend.cancel_scope();
                    let own = scope.handle();
                    let raises = async {
                        own.set_shield(true);
                        shielded.await
                    };
                    scope.run(raises).await
                }
            };
            assert_eq!(value, Ok(7), "{context}: what was shielded");
            assert!(backend.is_cancelled(), "{context}: outside of the shield it is cancelled");
            kept.raise();
            backend.checkpoint().await;
            after.raise();
        })
        .await;
    assert!(kept.is_up(), "{context}: the shield did not keep the cancellation out");
    assert!(!after.is_up(), "{context}: a checkpoint after the shield completed");
    assert!(result.is_err() && handle.cancelled_caught(), "{context}: {handle:?}");
}

async fn its_own_cancel_works<B: Backend>(backend: &B, source: Source) {
    let context = &format!("a shield cancelled itself from {source:?}");
    for outer_too in [false, true] {
        let (outer, shield) = (backend.cancel_scope(), backend.cancel_scope().shielded());
        let (outside, own) = (outer.handle(), shield.handle());
        let (ran_on, after) = (Flag::new(), Flag::new());
        let result = outer
            .run(async {
                let shielded = shield.run(async {
                    if outer_too {
                        source.cancel(backend, &outside).await;
                    }
                    source.cancel_with(backend, &own, "own").await;
                    assert!(backend.is_cancelled(), "{context}, but does not say so");
                    backend.checkpoint().await;
                    ran_on.raise();
                });
                let reason = shielded.await.map_err(|cancelled| cancelled.reason().clone());
                assert_eq!(reason, Err("own".into()), "{context}: its result");
                assert!(own.cancelled_caught(), "{context}: {own:?}");
                backend.checkpoint().await;
                after.raise();
            })
            .await;
        assert!(!ran_on.is_up(), "{context}: its body ran on after a checkpoint");
        assert_eq!(result.is_err(), outer_too, "{context}: the scope around it gave {result:?}");
        assert_eq!(after.is_up(), !outer_too, "{context}: the checkpoint after it");
    }
}

async fn scopes_inside_work<B: Backend>(backend: &B, source: Source) {
    let context = &format!("a scope in a shield, cancelled from {source:?}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let kept = Flag::new();
    let result = outer
        .run(async {
            let shielded = backend.shield(async {
                source.cancel(backend, &outside).await;
                let cut = inner.run(async {
                    source.cancel(backend, &inside).await;
                    backend.sleep(LONG).await;
                });
                assert!(cut.await.is_err(), "{context}: it was not cut");
                assert!(inside.cancelled_caught(), "{context}: {inside:?}");
                let timed = backend.move_on_after(SHORT, backend.sleep(LONG)).await;
                assert_eq!(timed, None, "{context}: a deadline inside the shield");
                let group = backend.task_group(|group: Group<B>| async move {
                    group.cancel();
                    backend.checkpoint().await;
                });
                let error = group.await;
                assert!(error.is_err(), "{context}: a cancelled group inside gave {error:?}");
                work(backend).await;
                kept.raise();
            });
            shielded.await;
            backend.checkpoint().await;
        })
        .await;
    assert!(kept.is_up(), "{context}: the shield did not go on after it");
    assert!(result.is_err(), "{context}: the cancelled outer scope gave a value");
}

async fn its_own_deadline_works<B: Backend>(backend: &B) {
    for outer_too in [false, true] {
        let deadline = backend.now() + SHORT;
        for shield in [
            backend.cancel_scope().shielded().with_deadline(past(backend)),
            backend.cancel_scope().with_deadline(deadline).shielded(),
            backend.cancel_scope().shielded().with_timeout(SHORT),
        ] {
            let outer = backend.cancel_scope();
            let outside = outer.handle();
            let result = outer
                .run(async {
                    if outer_too {
                        outside.cancel();
                    }
                    let reason = shield.run(backend.sleep(LONG)).await;
                    let reason = reason.map_err(|cancelled| cancelled.reason().clone());
                    assert_eq!(reason, Err(Reason::Deadline), "a shield with a deadline");
                    backend.checkpoint().await;
                })
                .await;
            assert_eq!(result.is_err(), outer_too, "the scope around it gave {result:?}");
        }
    }
}

async fn an_outer_deadline_is_kept_out<B: Backend>(backend: &B) {
    let deadline = backend.now() + SHORT;
    let kept = Flag::new();
    let result = backend.move_on_at(deadline, async {
        let shielded = backend.shield(async {
            backend.sleep_until(deadline + SHORT).await;
            work(backend).await;
            kept.raise();
        });
        shielded.await;
        backend.checkpoint().await;
    });
    assert_eq!(result.await, None, "the deadline passed during the shield");
    assert!(kept.is_up(), "an outer deadline cut what was shielded");
}

async fn in_a_child<B: Backend>(backend: &B) {
    for by_handle in [false, true] {
        let (kept, started, go) = (Flag::new(), Event::new(), Event::new());
        let child = {
            let (backend, kept) = (backend.clone(), kept.clone());
            let (started, go) = (started.clone(), go.clone());
            async move {
                let shielded = backend.shield(async {
                    started.set();
                    go.wait().await;
                    work(&backend).await;
                    kept.raise();
                });
                shielded.await;
            }
        };
        let result = backend
            .task_group(|group: Group<B>| async move {
                let _go = go.guard();
                let child = group.spawn(child);
                started.wait().await;
                if by_handle {
                    child.cancel();
                } else {
                    group.cancel();
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group's body finished");
        assert!(kept.is_up(), "a shield in a cancelled child was cut (by handle: {by_handle})");
    }
}

pub(super) fn s2<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(at_the_first_checkpoint_after(backend, source));
        backend.run(after_the_outermost_shield(backend, source));
    }
}

async fn at_the_first_checkpoint_after<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?} during the first shield");
    let log = Log::new();
    let permits = backend.semaphore(1);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let go = Event::new();
    let mut run = Box::pin(scope.run(async {
        let first = backend.shield(async {
            go.wait().await;
            work(backend).await;
            "value"
        });
        log.note(first.await);
        backend.shield(work(backend)).await;
        log.note("second shield");
        drop(permits.acquire().await);
        log.note("after a checkpoint");
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: the shield ended early");
    source.cancel(backend, &handle).await;
    assert!(step(&mut run).await.is_pending(), "{context}: the shield was cut");
    go.set();
    let result = run.await;
    assert!(result.is_err() && handle.cancelled_caught(), "{context}: {result:?}, {handle:?}");
    assert_eq!(log.entries(), ["value", "second shield"], "{context}: how far it ran");
    assert_eq!(permits.available(), 1, "{context}: the cut acquire took a permit");
}

async fn after_the_outermost_shield<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?} in the inner of two shields");
    let log = Log::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            let outer = backend.shield(async {
                backend
                    .shield(async {
                        source.cancel(backend, &handle).await;
                        work(backend).await;
                    })
                    .await;
                log.note("inner shield");
                work(backend).await;
                log.note("outer shield");
            });
            outer.await;
            log.note("between");
            pending::<()>().await;
            log.note("after a foreign wait");
        })
        .await;
    assert!(result.is_err(), "{context}: the scope gave {result:?}");
    assert_eq!(log.entries(), ["inner shield", "outer shield", "between"], "{context}");
}

pub(super) fn s3<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(groups_inside(backend, source));
        backend.run(a_childs_shield_keeps_its_group_waiting(backend, source));
    }
    backend.run(groups_from_outside(backend));
}

/// Children, and their children, work in a shield whose outer scope is cancelled.
async fn groups_inside<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let done = Count::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let tree = backend.task_group(|group: Group<B>| async {
        let group = group;
        source.cancel(backend, &handle).await;
        for _ in 0..3 {
            let (backend, done) = (backend.clone(), done.clone());
            group.spawn(async move {
                work(&backend).await;
                let inner = backend.task_group(|group: Group<B>| async {
                    let group = group;
                    let (backend, inside) = (backend.clone(), done.clone());
                    group.spawn(async move {
                        work(&backend).await;
                        inside.up();
                    });
                });
                assert_eq!(inner.await, Ok(()), "a group in a shielded child");
                done.up();
            });
        }
        work(backend).await;
        done.up();
    });
    let result = scope.run(async {
        let group = backend.shield(tree).await;
        assert_eq!(group, Ok(()), "{context}: a group in a shield");
        backend.checkpoint().await;
    });
    assert!(result.await.is_err(), "{context}: the cancelled scope gave a value");
    assert_eq!(done.get(), 7, "{context}: 7 bodies and children are in the shield");
}

/// A group from outside of the shield is not in it, and so are not its children.
async fn groups_from_outside<B: Backend>(backend: &B) {
    let (began, ran_on) = (Event::new(), Flag::new());
    let result = backend
        .task_group(|group: Group<B>| {
            let (began, ran_on) = (began.clone(), ran_on.clone());
            async move {
                group.cancel();
                let shielded = backend.shield(async {
                    let (child, starts) = (backend.clone(), began.clone());
                    group.spawn(async move {
                        starts.set();
                        child.checkpoint().await;
                        ran_on.raise();
                    });
                    began.wait().await;
                    work(backend).await;
                });
                shielded.await;
            }
        })
        .await;
    assert_eq!(result, Ok(()), "no checkpoint followed the shield");
    assert!(!ran_on.is_up(), "a child of a cancelled group, spawned in a shield, was shielded");
}

async fn a_childs_shield_keeps_its_group_waiting<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let (shielded, release) = (Event::new(), Event::new());
    let _release = release.guard();
    let done = Flag::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(backend.task_group(|group: Group<B>| {
        let (backend, done) = (backend.clone(), done.clone());
        let (shielded, release) = (shielded.clone(), release.clone());
        group.spawn(async move {
            let kept = backend.shield(async {
                shielded.set();
                release.wait().await;
                work(&backend).await;
                done.raise();
            });
            kept.await;
        });
        async {}
    })));
    assert!(step(&mut run).await.is_pending(), "{context}: the group ended before its child");
    shielded.wait().await;
    source.cancel(backend, &handle).await;
    for _ in 0..20 {
        assert!(step(&mut run).await.is_pending(), "{context}: the group left a shielded child");
        turns(1).await;
    }
    release.set();
    let _ = run.await;
    assert!(done.is_up(), "{context}: the group left a shielded child, or cut it");
}
