//! R1 and R5: when the caller goes on, and whose the child is then.

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, Source, step};
use crate::support::{Count, Flag, Group, turns};

pub(super) fn r1<B: Backend + Toplevel>(backend: &B) {
    backend.run(returns_when_the_child_says_so(backend));
    backend.run(a_child_that_ends_at_once_was_ready(backend));
    backend.run(a_failure_after_it_is_the_groups(backend));
    backend.run(the_group_waits_for_it(backend));
}

async fn returns_when_the_child_says_so<B: Backend>(backend: &B) {
    let (go, end, ended) = (Event::new(), Event::new(), Flag::new());
    let result = backend
        .task_group(|group: Group<B>| async move {
            let mut start = Box::pin(group.start(|ready| {
                let (go, end, ended) = (go.clone(), end.clone(), ended.clone());
                async move {
                    go.wait().await;
                    ready.started(7);
                    end.wait().await;
                    ended.raise();
                }
            }));
            for _ in 0..3 {
                let early = step(&mut start).await;
                assert!(early.is_pending(), "start gave {early:?} before the child was ready");
                turns(3).await;
            }
            go.set();
            let value = start.await;
            assert_eq!(value, Ok(7), "what start gave of a child that said started(7)");
            assert!(!ended.is_up(), "start waited for the child's end");
            end.set();
        })
        .await;
    assert_eq!(result, Ok(()), "the group of a child that was started");
}

async fn a_child_that_ends_at_once_was_ready<B: Backend>(backend: &B) {
    let result = backend
        .task_group(|group: Group<B>| async move {
            for item in 0..100 {
                let started = group.start(|ready| async move { ready.started(item) }).await;
                assert_eq!(started, Ok(item), "start of a child that ends when it is ready");
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group of children that ended when they were ready");
}

async fn a_failure_after_it_is_the_groups<B: Backend>(backend: &B) {
    let fail = Event::new();
    let result = backend
        .task_group(|group: Group<B, &str>| async move {
            let waits = fail.clone();
            let started = group.start(|ready| async move {
                ready.started(());
                waits.wait().await;
                Err::<(), _>("late")
            });
            assert_eq!(started.await, Ok(()), "start of a child that fails later");
            fail.set();
            backend.sleep(HOUR).await;
            Ok(())
        })
        .await;
    let failures = result.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["late"]), "a child's failure after it was ready");
}

async fn the_group_waits_for_it<B: Backend>(backend: &B) {
    let living = Count::new();
    let result = backend
        .task_group(|group: Group<B>| {
            let living = living.clone();
            async move {
                let started = group.start(|ready| async move {
                    let _guard = living.slow_guard();
                    ready.started(());
                    turns(5).await;
                });
                assert_eq!(started.await, Ok(()), "start");
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group of a child that outlived the body");
    assert_eq!(living.get(), 0, "the group returned before a child that had been started");
}

pub(super) fn r5<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(the_callers_scope_ends_with_readiness(backend, source));
    }
    backend.run(scopes_of_the_child_move_along(backend));
}

async fn the_callers_scope_ends_with_readiness<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let (go, is_ready, cut) = (Event::new(), Event::new(), Flag::new());
    let deadline = backend.now() + HOUR;
    let result = backend
        .task_group(async |group: Group<B>| {
            let scope = backend.cancel_scope().with_deadline(deadline);
            let handle = scope.handle();
            let started = scope.run(group.start(|ready| {
                let (backend, is_ready) = (backend.clone(), is_ready.clone());
                let (go, cut) = (go.clone(), cut.guard());
                async move {
                    let before = backend.current_effective_deadline();
                    ready.started(before);
                    assert_eq!(backend.current_effective_deadline(), None, "after readiness");
                    is_ready.set();
                    go.wait().await;
                    backend.sleep(HOUR).await;
                    drop(cut);
                }
            }));
            let before = started.await;
            assert_eq!(before, Ok(Ok(Some(deadline))), "{context}: the caller's deadline");
            source.cancel(backend, &handle).await;
            is_ready.wait().await;
            go.set();
            turns(20).await;
            assert!(
                !cut.is_up(),
                "{context}: the caller's scope has cancelled a child that was ready"
            );
            group.cancel();
        })
        .await;
    assert_eq!(result, Ok(()), "{context}: a group that was cancelled when its body was over");
    assert!(cut.is_up(), "{context}: the child ran on in its cancelled group");
}

async fn scopes_of_the_child_move_along<B: Backend>(backend: &B) {
    let (is_inside, is_cut) = (Event::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let both = scope.run(async {
                let started = group.start(|ready| {
                    let (backend, is_inside) = (backend.clone(), is_inside.clone());
                    let cut = is_cut.guard();
                    async move {
                        let inner = backend.cancel_scope();
                        let _ = inner
                            .run(async {
                                ready.started(());
                                is_inside.set();
                                backend.sleep(HOUR).await;
                                drop(cut);
                            })
                            .await;
                    }
                });
                assert_eq!(started.await, Ok(()), "start");
                handle.cancel();
                backend.sleep(HOUR).await;
            });
            assert!(both.await.is_err(), "the scope that was cancelled after start");
            is_inside.wait().await;
            turns(20).await;
            assert!(!is_cut.is_up(), "a scope of the child stayed under the caller's scope");
            group.cancel();
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    assert!(is_cut.is_up(), "a scope of the child outlived its group");
}
