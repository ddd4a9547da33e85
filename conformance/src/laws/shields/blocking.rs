//! S1: what a shield keeps out, and what not.

use std::time::Duration;

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::work;
use crate::laws::tools::{Event, LONG, Source, past};
use crate::support::{Flag, Group};

const SHORT: Duration = Duration::from_millis(20);

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
