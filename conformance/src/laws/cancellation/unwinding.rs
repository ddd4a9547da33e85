//! C6 and C7: how far a cancelled body runs, and how it goes.

use std::future::{pending, ready};
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Source, attempt, both, in_time, step};
use crate::support::{Flag, Group, Log};

pub(super) fn c6<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(innermost_first(backend, source));
    }
    for source in [Source::Within, Source::Thread] {
        backend.run(a_late_shield_after_a_cut_checkpoint(backend, source));
        backend.run(a_late_shield_while_parked(backend, source));
    }
    backend.run(nothing_runs_after(backend));
}

async fn innermost_first<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let log = Log::new();
    let waits = Event::new();
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let handle = outer.handle();
    let body = outer.run(async {
        let _last = log.guard("outer, made first");
        let _later = log.guard("outer, made later");
        let body = inner.run(async {
            let _guard = log.guard("inner");
            let group = backend.task_group(|group: Group<B>| {
                let (backend, log, waits) = (backend.clone(), log.clone(), waits.clone());
                group.spawn(async move {
                    let _guard = log.guard("child");
                    let body = async {
                        let _guard = log.guard("child's scope");
                        waits.set();
                        backend.sleep(Duration::MAX).await;
                        log.note("after the sleep");
                    };
                    let _ = backend.cancel_scope().run(body).await;
                    log.note("after the child's scope");
                });
                async {}
            });
            let _ = group.await;
            log.note("after the group");
        });
        let _ = body.await;
        log.note("after the inner scope");
    });
    let cancelling = async {
        waits.wait().await;
        source.cancel(backend, &handle).await;
    };
    let (result, ()) = both(body, cancelling).await;
    assert!(result.is_err(), "{context}: the scope gave a value");
    let order = ["child's scope", "child", "inner", "outer, made later", "outer, made first"];
    assert_eq!(log.entries(), order, "{context}: only destructors run, innermost first");
}

async fn a_late_shield_after_a_cut_checkpoint<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}, a shield raised after the strike");
    let permits = backend.semaphore(1);
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let (tried, after) = (Flag::new(), Flag::new());
    let result = outer
        .run(async {
            let body = inner.run(async {
                source.cancel(backend, &outside).await;
                let first = attempt(backend.checkpoint()).await;
                assert!(first.is_none(), "{context}: a checkpoint in a cancelled scope completed");
                inside.set_shield(true);
                for _ in 0..3 {
                    let next = attempt(backend.checkpoint()).await;
                    assert!(next.is_none(), "{context}: it let a checkpoint complete");
                    let next = attempt(permits.acquire()).await;
                    assert!(next.is_none(), "{context}: it let an acquire complete");
                }
                tried.raise();
                backend.checkpoint().await;
                after.raise();
            });
            let _ = body.await;
            after.raise();
        })
        .await;
    assert!(tried.is_up(), "{context}: the body did not come that far");
    assert!(!after.is_up(), "{context}: code after the struck checkpoint ran");
    assert!(result.is_err() && outside.cancelled_caught(), "{context}: {outside:?}");
    assert_eq!(permits.available(), 1, "{context}: a permit is gone");
}

async fn a_late_shield_while_parked<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}, a shield raised while it winds down");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let (release, after) = (Event::new(), Flag::new());
    let mut run = Box::pin(outer.run(async {
        let sleeps = async {
            backend.sleep(Duration::MAX).await;
            after.raise();
        };
        let _ = inner.run(both(backend.shield(release.wait()), sleeps)).await;
        after.raise();
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    source.cancel(backend, &outside).await;
    assert!(step(&mut run).await.is_pending(), "{context}: what was shielded was not awaited");
    inside.set_shield(true);
    assert!(step(&mut run).await.is_pending(), "{context}: what was shielded was not awaited");
    release.set();
    let result = in_time("a struck scope ends once nothing holds it open", &mut run).await;
    assert!(result.is_err(), "{context}: the outer scope gave a value");
    assert!(!after.is_up(), "{context}: code after the struck sleep ran");
    assert!(outside.cancelled_caught() && !inside.cancelled_caught(), "{context}: {inside:?}");
}

/// Not in the same task after several polls, and not in a child, either.
async fn nothing_runs_after<B: Backend>(backend: &B) {
    let (waits, release) = (Event::new(), Event::new());
    let after = Flag::new();
    let result = backend
        .task_group(|group: Group<B>| {
            let (child, raised) = (backend.clone(), after.clone());
            let (waiting, released) = (waits.clone(), release.clone());
            group.spawn(async move {
                let body = async {
                    waiting.set();
                    child.sleep(Duration::MAX).await;
                    raised.raise();
                };
                both(child.shield(released.wait()), body).await;
                raised.raise();
            });
            async {
                let group = group;
                let _release = release.guard();
                waits.wait().await;
                group.cancel();
                // A foreign wait is cut where it returns pending.
                pending::<()>().await;
                after.raise();
            }
        })
        .await;
    assert!(result.is_err(), "a body that was cut gave {result:?}");
    assert!(!after.is_up(), "code after a struck sleep ran");
}

pub(super) fn c7<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(to_the_first_checkpoint(backend, source, false));
        backend.run(to_the_first_checkpoint(backend, source, true));
    }
    backend.run(inside_a_cancelled_scope(backend));
}

async fn to_the_first_checkpoint<B: Backend>(backend: &B, source: Source, foreign: bool) {
    let context = &format!("cancelled from {source:?}, first wait is foreign: {foreign}");
    let log = Log::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    source.cancel(backend, &handle).await;
    let result = scope
        .run(async {
            let _guard = log.guard("dropped");
            log.note("begins");
            ready(()).await;
            let group = backend.task_group(|group: Group<B>| {
                let (backend, child) = (backend.clone(), log.clone());
                group.spawn(async move {
                    child.note("child begins");
                    backend.checkpoint().await;
                    child.note("child goes on");
                });
                async {
                    log.note("group begins");
                    ready(()).await;
                }
            });
            let _ = both(group, async {}).await;
            log.note("after a group whose child was cut");
            backend.checkpoint().await;
        })
        .await;
    assert!(result.is_err(), "{context}: the scope gave {result:?}");
    // The child may run on another thread, before the group's body or after it.
    let entries = log.entries();
    let middle = if entries.get(1) == Some(&"child begins") {
        ["child begins", "group begins"]
    } else {
        ["group begins", "child begins"]
    };
    let order = ["begins", middle[0], middle[1], "dropped"];
    assert_eq!(entries, order, "{context}: runs to the first checkpoint and no further");

    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let log = Log::new();
    source.cancel(backend, &handle).await;
    let result = scope
        .run(async {
            log.note("begins");
            ready(()).await;
            log.note("awaited what was ready");
            if foreign {
                pending::<()>().await;
            } else {
                backend.checkpoint().await;
            }
            log.note("goes on");
        })
        .await;
    assert!(result.is_err(), "{context}: the scope gave {result:?}");
    let order = ["begins", "awaited what was ready"];
    assert_eq!(log.entries(), order, "{context}: runs to the first checkpoint and no further");
}

async fn inside_a_cancelled_scope<B: Backend>(backend: &B) {
    let log = Log::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            handle.cancel();
            let inner = backend.cancel_scope().run(async {
                log.note("scope");
                ready(1).await
            });
            assert_eq!(inner.await, Ok(1), "no checkpoint followed");
            let value = backend.shield(async {
                log.note("shield");
                backend.checkpoint().await;
                2
            });
            assert_eq!(value.await, 2, "a shield hides the cancelled scope");
            let inner = backend.cancel_scope().run(async {
                log.note("second scope");
                backend.checkpoint().await;
                log.note("goes on");
            });
            let _ = inner.await;
            log.note("goes on outside");
        })
        .await;
    assert!(result.is_err(), "the scope gave {result:?}");
    let order = ["scope", "shield", "second scope"];
    assert_eq!(log.entries(), order, "runs to the first checkpoint and no further");
}
