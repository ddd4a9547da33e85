//! R4: a caller that is cancelled, or dropped by foreign code.

use std::future::Future;

use anyrt_core::error::{GroupError, StartError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, HOUR, Patience, Source, eventually, step};
use crate::support::{Count, Flag, Group, Log, Ready, turns};

pub(super) fn r4<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(cancelled_with_its_child(backend, source));
    }
    backend.run(cancelled_before_it_begins(backend));
    backend.run(joined_while_the_child_cleans_up(backend));
    backend.run(ready_too_late(backend));
    backend.run(dropped_while_the_child_runs(backend));
    backend.run(dropped_when_the_child_has_failed(backend));
}

async fn cancelled_with_its_child<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let (begun, living) = (Event::new(), Count::new());
    let result = backend
        .task_group(|group: Group<B>| {
            let (begun, living) = (begun.clone(), living.clone());
            async move {
                let scope = backend.cancel_scope();
                let handle = scope.handle();
                let mut run = Box::pin(scope.run(never_ready(backend, &group, &begun, &living)));
                assert!(step(&mut run).await.is_pending(), "{context}: the child is not ready");
                begun.wait().await;
                source.cancel(backend, &handle).await;
                let cut = run.await;
                assert!(cut.is_err(), "{context}: the scope around start gave {cut:?}");
                assert_eq!(living.get(), 0, "{context}: the child was not joined");
            }
        })
        .await;
    assert_eq!(result, Ok(()), "{context}: the group of a start that was cancelled");
}

fn never_ready<B: Backend>(
    backend: &B,
    group: &Group<B>,
    begun: &Event,
    living: &Count,
) -> impl Future<Output = Result<(), StartError<std::convert::Infallible>>> + Send {
    let (backend, begun, living) = (backend.clone(), begun.clone(), living.clone());
    group.start(|ready| async move {
        let _guard = living.slow_guard();
        begun.set();
        backend.sleep(HOUR).await;
        ready.started(());
    })
}

async fn cancelled_before_it_begins<B: Backend>(backend: &B) {
    let (begun, living) = (Event::new(), Count::new());
    let result = backend
        .task_group(|group: Group<B>| {
            let (begun, living) = (begun.clone(), living.clone());
            async move {
                let scope = backend.cancel_scope();
                scope.handle().cancel();
                let cut = scope.run(never_ready(backend, &group, &begun, &living)).await;
                assert!(cut.is_err(), "start in a cancelled scope gave {cut:?}");
                assert!(begun.is_set(), "the child did not run to its first checkpoint");
                assert_eq!(living.get(), 0, "the child was not joined");
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group of a start in a cancelled scope");
}

async fn joined_while_the_child_cleans_up<B: Backend>(backend: &B) {
    let (begun, go, log) = (Event::new(), Event::new(), Log::new());
    let result = backend
        .task_group(|group: Group<B, &str>| {
            let (begun, go, log) = (begun.clone(), go.clone(), log.clone());
            async move {
                let scope = backend.cancel_scope();
                let handle = scope.handle();
                let mut run = Box::pin(scope.run(async {
                    let started = group.start(|ready: Ready<B, (), &str>| {
                        let (backend, begun, go) = (backend.clone(), begun.clone(), go.clone());
                        async move {
                            let shield = backend.shield(async {
                                begun.set();
                                go.wait().await;
                            });
                            shield.await;
                            drop(ready);
                            Err::<(), _>("while it was cancelled")
                        }
                    });
                    if let Err(StartError::Failed("while it was cancelled")) = started.await {
                        log.note("the failure came");
                    }
                    backend.sleep(HOUR).await;
                    log.note("after a checkpoint");
                }));
                assert!(step(&mut run).await.is_pending(), "the child is not ready");
                begun.wait().await;
                handle.cancel();
                for _ in 0..3 {
                    assert!(step(&mut run).await.is_pending(), "the caller left its child behind");
                    turns(3).await;
                }
                go.set();
                assert!(run.await.is_err(), "the scope around start");
                assert_eq!(log.entries(), ["the failure came"], "what the caller saw");
                Ok(())
            }
        })
        .await;
    assert_eq!(result, Ok(()), "a failure that the caller took went to the group, too");
}

/// The caller is cancelled when the child says that it is ready: nothing moves.
async fn ready_too_late<B: Backend>(backend: &B) {
    let (begun, go, cut) = (Event::new(), Event::new(), Flag::new());
    let result = backend
        .task_group(|group: Group<B>| {
            let (begun, go, cut) = (begun.clone(), go.clone(), cut.clone());
            async move {
                let scope = backend.cancel_scope();
                let handle = scope.handle();
                let mut run = Box::pin(scope.run(group.start(|ready| {
                    let (backend, begun, go) = (backend.clone(), begun.clone(), go.clone());
                    let guard = cut.guard();
                    async move {
                        begun.set();
                        // A foreign wait, at which nothing strikes before it is over.
                        let waits = backend.shield(go.wait());
                        waits.await;
                        ready.started(());
                        backend.sleep(HOUR).await;
                        drop(guard);
                    }
                })));
                assert!(step(&mut run).await.is_pending(), "the child is not ready");
                begun.wait().await;
                handle.cancel();
                go.set();
                let late = run.await;
                assert!(late.is_err(), "start of a child that was ready too late gave {late:?}");
                assert!(cut.is_up(), "the child was not joined");
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group of a child that was ready too late");
}

async fn dropped_while_the_child_runs<B: Backend>(backend: &B) {
    let (begun, go, cut, dropped) = (Event::new(), Event::new(), Flag::new(), Flag::new());
    // Whatever goes wrong, the child ends.
    let _go = go.guard();
    let mut run = Box::pin(backend.task_group(|group: Group<B, &str>| {
        let (begun, go, cut, dropped) = (begun.clone(), go.clone(), cut.clone(), dropped.clone());
        async move {
            let mut start = Box::pin(group.start(|ready: Ready<B, (), &str>| {
                let (backend, begun) = (backend.clone(), begun.clone());
                async move {
                    let _ready = ready;
                    let shield = backend.shield(async {
                        begun.set();
                        go.wait().await;
                    });
                    shield.await;
                    if backend.is_cancelled() {
                        cut.raise();
                    }
                    Err::<(), _>("nobody took this")
                }
            }));
            assert!(step(&mut start).await.is_pending(), "the child is not ready");
            begun.wait().await;
            drop(start);
            dropped.raise();
            Ok(())
        }
    }));
    let mut patience = Patience::new("the start is dropped");
    for _ in 0..10 {
        let early = step(&mut run).await;
        assert!(early.is_pending(), "the group gave {early:?} while a child of it ran");
        while !dropped.is_up() {
            assert!(step(&mut run).await.is_pending(), "the start is not dropped yet");
            patience.turn().await;
        }
        turns(3).await;
    }
    go.set();
    let failures = run.await.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["nobody took this"]), "the failure of a dropped start");
    assert!(cut.is_up(), "the child of a dropped start was not cancelled");
}

async fn dropped_when_the_child_has_failed<B: Backend>(backend: &B) {
    let result = backend
        .task_group(|group: Group<B, &str>| async move {
            let (go, ended) = (Event::new(), Flag::new());
            let mut start = Box::pin(group.start(|ready: Ready<B, (), &str>| {
                let (go, ended) = (go.clone(), ended.guard());
                async move {
                    let _ready = ready;
                    go.wait().await;
                    drop(ended);
                    Err::<(), _>("nobody took this")
                }
            }));
            assert!(step(&mut start).await.is_pending(), "the child has not failed yet");
            go.set();
            eventually!("the child ends", ended.is_up());
            turns(20).await;
            drop(start);
            Ok(())
        })
        .await;
    let failures = result.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["nobody took this"]), "the failure of a dropped start");
}
