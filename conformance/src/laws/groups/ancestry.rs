//! G7: under which scopes a child runs.

use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR};
use crate::support::{Flag, Group, poll_once};

pub(super) fn g7<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        spawned_in_a_cancelled_scope(backend).await;
        spawned_in_a_shield(backend).await;
        made_outside_polled_in_the_child(backend).await;
        moved_into_the_child_while_it_waits(backend).await;
    });
}

async fn spawned_in_a_cancelled_scope<B: Backend>(backend: &B) {
    let through = Flag::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let scope = backend.cancel_scope().with_timeout(HOUR);
            let handle = scope.handle();
            let (b, child_through) = (backend.clone(), through.clone());
            let spawned = scope
                .run(async {
                    handle.cancel();
                    group.spawn(async move {
                        let seen = (b.is_cancelled(), b.current_effective_deadline());
                        b.checkpoint().await;
                        b.sleep(Duration::from_millis(1)).await;
                        child_through.raise();
                        Ok(seen)
                    })
                })
                .await;
            let child = spawned.expect("there was no checkpoint in the scope").await;
            assert!(
                matches!(child, Ok((false, None))),
                "spawned inside a cancelled scope with a deadline, a child saw this as \
                 (is_cancelled, deadline): {child:?}"
            );
        })
        .await;
    assert!(result.is_ok(), "the group of a child spawned in a cancelled scope gave {result:?}");
    assert!(through.is_up(), "a child spawned inside a cancelled scope was cut");
}

async fn spawned_in_a_shield<B: Backend>(backend: &B) {
    let beyond = Flag::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let (started, raised) = (Event::new(), beyond.clone());
            backend
                .shield(async {
                    let (started, gate) = (started.clone(), Event::new());
                    let child = async move {
                        started.set();
                        gate.wait().await;
                        raised.raise();
                    };
                    group.spawn(child);
                })
                .await;
            started.wait().await;
            group.cancel();
        })
        .await;
    assert!(result.is_ok(), "a cancelled group whose body finished gave {result:?}");
    assert!(!beyond.is_up(), "a child spawned inside a shield was not cancelled with its group");
}

async fn made_outside_polled_in_the_child<B: Backend>(backend: &B) {
    for cancel_group in [false, true] {
        let (through, inner_through) = (Flag::new(), Flag::new());
        let (ready, gate) = (Event::new(), Event::new());
        let result = backend
            .task_group(async |group: Group<B>| {
                let around = backend.cancel_scope();
                let handle = around.handle();
                let spawned = around
                    .run(async {
                        handle.cancel();
                        let scope = backend.cancel_scope();
                        let (b, gate, child_through) =
                            (backend.clone(), gate.clone(), through.clone());
                        let inner_through = inner_through.clone();
                        let (inner_gate, ready) = (gate.clone(), ready.clone());
                        let inner_backend = backend.clone();
                        let inner = async move {
                            inner_backend
                                .task_group(async |inner: Group<B>| {
                                    let b = inner_backend.clone();
                                    inner.spawn(async move {
                                        b.checkpoint().await;
                                        ready.set();
                                        inner_gate.wait().await;
                                        inner_through.raise();
                                    });
                                })
                                .await
                        };
                        group.spawn(async move {
                            let scoped = scope.run(async {
                                b.checkpoint().await;
                                gate.wait().await;
                            });
                            let (scoped, inner) = crate::laws::tools::both(scoped, inner).await;
                            if scoped.is_ok() && inner.is_ok() {
                                child_through.raise();
                            }
                        });
                    })
                    .await;
                assert!(spawned.is_ok(), "a scope without checkpoint gave {spawned:?}");
                ready.wait().await;
                if cancel_group {
                    group.cancel();
                } else {
                    gate.set();
                }
            })
            .await;
        assert!(result.is_ok(), "a group whose body finished gave {result:?}");
        let seen = (through.is_up(), inner_through.is_up());
        assert_eq!(
            seen,
            (!cancel_group, !cancel_group),
            "a scope and a group made inside a cancelled scope, and polled in a child of a group \
             that was{} cancelled, got through like this",
            if cancel_group { "" } else { " not" }
        );
    }
}

/// A scope that was polled in the body first: its parent is where it is polled now.
async fn moved_into_the_child_while_it_waits<B: Backend>(backend: &B) {
    for cancel_group in [false, true] {
        let (started, gate, through) = (Event::new(), Event::new(), Flag::new());
        let result = backend
            .task_group(async |group: Group<B>| {
                let around = backend.cancel_scope();
                let handle = around.handle();
                let inner = backend.cancel_scope();
                let spawned = around
                    .run(async {
                        let gate = gate.clone();
                        let mut moved = Box::pin(inner.run(async move { gate.wait().await }));
                        let early = poll_once(moved.as_mut()).await;
                        assert!(early.is_pending(), "a scope whose body waits gave {early:?}");
                        handle.cancel();
                        let (started, through) = (started.clone(), through.clone());
                        group.spawn(async move {
                            let early = poll_once(moved.as_mut()).await;
                            assert!(early.is_pending(), "a scope moved to a child gave {early:?}");
                            started.set();
                            if moved.await.is_ok() {
                                through.raise();
                            }
                        });
                    })
                    .await;
                assert!(spawned.is_ok(), "a scope without checkpoint gave {spawned:?}");
                started.wait().await;
                if cancel_group {
                    group.cancel();
                } else {
                    gate.set();
                }
            })
            .await;
        assert!(result.is_ok(), "a group whose body finished gave {result:?}");
        assert_eq!(
            through.is_up(),
            !cancel_group,
            "a scope polled in a cancelled scope, and then moved to a child of a group that \
             was{} cancelled, got through like this",
            if cancel_group { "" } else { " not" }
        );
    }
}
