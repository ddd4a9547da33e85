//! I2: how inline children end, which is how all children end.

use std::future::pending;

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::Inline;
use crate::laws::tools::{Event, HOUR, in_time, step};
use crate::support::{
    Count, Flag, Group, Marker, boom, catch, describe, holding, late, on_drop, turns,
};

pub(super) fn i2<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        joined(backend).await;
        a_failure_cancels(backend).await;
        the_body_fails(backend).await;
        a_panic_cancels(backend).await;
        reached_by_a_cancellation(backend).await;
        reached_in_a_task(backend).await;
        shielded_work_is_awaited(backend).await;
    });
}

/// G1: the futures themselves are gone, not only done.
async fn joined<B: Backend>(backend: &B) {
    let (alive, gate) = (Count::new(), Event::new());
    let opener = gate.clone();
    let result = backend
        .inline_group(|group: Inline<'_, B>| {
            let (alive, gate) = (&alive, &gate);
            async move {
                group.spawn(holding(alive.guard(), async {}));
                let inner = group.clone();
                group.spawn(holding(alive.guard(), async move {
                    gate.wait().await;
                    inner.spawn(holding(alive.guard(), backend.checkpoint()));
                }));
                late(move || opener.set());
                Ok(7)
            }
        })
        .await;
    assert_eq!(result, Ok(7), "an inline group of plain children");
    assert_eq!(alive.get(), 0, "children's futures not dropped when an inline group returned");
}

fn failures<T: std::fmt::Debug>(
    result: Result<T, GroupError<&'static str>>,
    what: &str,
) -> Vec<&'static str> {
    match result {
        Err(GroupError::Failed(failures)) => failures.into_vec(),
        other => panic!("{what}: the inline group gave {other:?}"),
    }
}

/// E1: body and siblings at once, and a shielded sibling that waits for a cut gets on.
async fn a_failure_cancels<B: Backend>(backend: &B) {
    let (body_cut, sibling_cut, freed) = (Event::new(), Event::new(), Flag::new());
    let result = backend
        .inline_group(|group: Inline<'_, B, &'static str>| {
            let (body_cut, sibling_cut, freed) = (&body_cut, &sibling_cut, &freed);
            async move {
                let _cut = body_cut.guard();
                let cut = sibling_cut.guard();
                group.spawn(async move {
                    let _cut = cut;
                    pending::<()>().await;
                });
                group.spawn(async move {
                    backend.shield(body_cut.wait()).await;
                    backend.shield(sibling_cut.wait()).await;
                    freed.raise();
                    Err::<(), _>("second")
                });
                group.spawn(async { Err::<(), _>("first") });
                pending::<()>().await;
            }
        })
        .await;
    let failures = failures(result, "two inline children failed");
    assert_eq!(failures, ["first", "second"], "the failures of an inline group");
    assert!(freed.is_up(), "an inline group returned before a shielded sibling had ended");
}

async fn the_body_fails<B: Backend>(backend: &B) {
    let alive = Count::new();
    let result = backend
        .inline_group(|group: Inline<'_, B, &'static str>| {
            let alive = &alive;
            async move {
                group.spawn(holding(alive.guard(), pending::<()>()));
                backend.checkpoint().await;
                Err::<(), _>("body")
            }
        })
        .await;
    assert_eq!(failures(result, "the body failed"), ["body"], "the failures of an inline group");
    assert_eq!(alive.get(), 0, "an inline child was left when its group returned");
}

/// E5: the siblings' destructors ran first, and the payload is the first one.
async fn a_panic_cancels<B: Backend>(backend: &B) {
    let alive = Count::new();
    let resumed = catch(backend.inline_group(|group: Inline<'_, B>| {
        let alive = &alive;
        async move {
            group.spawn(holding(alive.guard(), pending::<()>()));
            let panics_later = on_drop(|| boom(Marker(8)));
            group.spawn(async move {
                let _later = panics_later;
                pending::<()>().await;
            });
            group.spawn(async { boom(Marker(7)) });
            pending::<()>().await;
        }
    }))
    .await;
    let payload = resumed.expect_err("the panic of an inline child was ignored");
    assert_eq!(describe(&*payload), describe(&Marker(7)), "the panic of an inline group");
    assert_eq!(alive.get(), 0, "an inline child was left when the panic was resumed");
}

/// C9: in one call, through groups of both kinds.
async fn reached_by_a_cancellation<B: Backend>(backend: &B) {
    let (alive, begun) = (Count::new(), backend.semaphore(0));
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(backend.inline_group(|group: Inline<'_, B>| {
        let (alive, begun) = (&alive, &begun);
        let sleeper = move || {
            holding(alive.guard(), {
                let (b, begun) = (backend.clone(), begun.clone());
                async move {
                    begun.add_permits(1);
                    b.sleep(HOUR).await;
                }
            })
        };
        async move {
            group.spawn(sleeper());
            group.spawn(async move {
                let inner = backend.inline_group(|inner: Inline<'_, B>| async move {
                    inner.spawn(sleeper());
                    pending::<()>().await;
                });
                drop(inner.await);
            });
            group.spawn(async move {
                let tasks = backend.task_group(|tasks: Group<B>| async move {
                    tasks.spawn(sleeper());
                });
                drop(tasks.await);
            });
            pending::<()>().await;
        }
    })));
    assert!(step(&mut run).await.is_pending(), "an inline group of sleepers ended");
    let mut all = Box::pin(begun.acquire_many(3));
    while step(&mut all).await.is_pending() {
        assert!(step(&mut run).await.is_pending(), "an inline group of sleepers ended");
        // On one thread the task begins only now.
        turns(1).await;
    }
    handle.cancel();
    let result = in_time("an inline group in a cancelled scope", &mut run).await;
    assert!(result.is_err(), "a scope whose inline children were cut gave {result:?}");
    assert_eq!(alive.get(), 0, "of 3 sleepers in a cancelled scope this many are left");
}

/// From the group around the task in which the children are.
async fn reached_in_a_task<B: Backend>(backend: &B) {
    let alive = Count::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let begun = Event::new();
            let (b, started, guard) = (backend.clone(), begun.clone(), alive.guard());
            group.spawn(async move {
                let inline = b.inline_group(|inline: Inline<'_, B>| {
                    let b = &b;
                    async move {
                        inline.spawn(holding(guard, async move {
                            started.set();
                            b.sleep(HOUR).await;
                        }));
                    }
                });
                drop(inline.await);
            });
            begun.wait().await;
            group.cancel();
        })
        .await;
    assert_eq!(result, Ok(()), "a group that was cancelled when its body was over");
    assert_eq!(alive.get(), 0, "an inline child of a cancelled task was left");
}

async fn shielded_work_is_awaited<B: Backend>(backend: &B) {
    let (gate, done, beyond) = (Event::new(), Flag::new(), Flag::new());
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(backend.inline_group(|group: Inline<'_, B>| {
            let (gate, done, beyond, handle) = (&gate, &done, &beyond, &handle);
            async move {
                let begun = Event::new();
                let started = begun.clone();
                group.spawn(async move {
                    let work = async {
                        started.set();
                        gate.wait().await;
                    };
                    backend.shield(work).await;
                    done.raise();
                    backend.checkpoint().await;
                    beyond.raise();
                });
                begun.wait().await;
                handle.cancel();
                let opener = gate.clone();
                late(move || opener.set());
                pending::<()>().await;
            }
        }))
        .await;
    assert!(result.is_err(), "a scope whose inline group was cut gave {result:?}");
    assert!(done.is_up(), "the scope returned before an inline child's shielded work was done");
    assert!(!beyond.is_up(), "an inline child passed a checkpoint in a cancelled scope");
}
