//! G12: children that end when nothing else is left.

use std::future::pending;

use anyrt_core::error::{GroupError, Reason, TaskError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, in_time};
use crate::support::{Count, Flag, Group, Marker, Ready, boom, catch, describe, holding, late};

pub(super) fn g12<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        cancelled_after_the_last_other(backend).await;
        told_why(backend).await;
        shielded_work_is_awaited(backend).await;
        what_they_spawn_keeps_the_group_open(backend).await;
        too_late_to_stay(backend).await;
        started(backend).await;
        children_like_the_others(backend).await;
    });
}

/// Not with the body, and not before the group returns: their futures are gone by then.
async fn cancelled_after_the_last_other<B: Backend>(backend: &B) {
    let (running, alive, gate) = (Count::new(), Count::new(), Event::new());
    let (opener, mut last) = (gate.clone(), None);
    let result = backend
        .task_group(async |group: Group<B>| {
            let begun = backend.semaphore(0);
            for view in [group.background(), group.background().clone(), group.background()] {
                let (begun, running) = (begun.clone(), running.guard());
                view.spawn(holding(alive.slow_guard(), async move {
                    let _running = running;
                    begun.add_permits(1);
                    pending::<()>().await;
                }));
            }
            begun.acquire_many(3).await;
            let (gate, running) = (gate.clone(), running.clone());
            last = Some(group.spawn(async move {
                gate.wait().await;
                Ok(running.get())
            }));
            // The body is over long before the last child.
            late(move || opener.set());
            Ok(7)
        })
        .await;
    assert_eq!(alive.get(), 0, "background children were left when the group returned");
    assert_eq!(result, Ok(7), "a group with background children");
    let seen = last.expect("the body has run").await;
    assert!(
        matches!(seen, Ok(3)),
        "of 3 background children the last other child has seen as many running: {seen:?}"
    );
}

#[track_caller]
fn assert_wound_up<T: std::fmt::Debug>(end: &Result<T, TaskError>, what: &str) {
    assert!(
        matches!(end, Err(TaskError::Cancelled(why)) if *why.reason() == Reason::WindingUp),
        "the handle of {what} gave {end:?}"
    );
}

async fn told_why<B: Backend>(backend: &B) {
    let mut kept = None;
    let result = backend
        .task_group(async |group: Group<B>| {
            kept = Some(group.background().spawn(pending::<()>()));
            // Those that nobody ever sees run.
            group.background().spawn(pending::<()>());
        })
        .await;
    assert_eq!(result, Ok(()), "a group with nothing but background children");
    let end = kept.expect("the body has run").await;
    assert_wound_up(&end, "a background child after its group");
}

async fn shielded_work_is_awaited<B: Backend>(backend: &B) {
    let (begun, gate, done, beyond) = (Event::new(), Event::new(), Flag::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            let (b, started, opener) = (backend.clone(), begun.clone(), gate.clone());
            let (done, beyond) = (done.clone(), beyond.clone());
            group.background().spawn(async move {
                let work = async {
                    started.set();
                    gate.wait().await;
                };
                b.shield(work).await;
                done.raise();
                b.checkpoint().await;
                beyond.raise();
            });
            begun.wait().await;
            late(move || opener.set());
        })
        .await;
    assert_eq!(result, Ok(()), "a group whose background child cleans up");
    assert!(done.is_up(), "the group returned before the shielded work of a background child");
    assert!(!beyond.is_up(), "a background child that was cancelled passed a checkpoint");
}

/// The view is the spawner's, not the spawned child's.
async fn what_they_spawn_keeps_the_group_open<B: Backend>(backend: &B) {
    let (running, seen) = (Flag::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            let (spawned, gate) = (Event::new(), Event::new());
            let (inner, told, opener) = (group.clone(), spawned.clone(), gate.clone());
            let (running, seen) = (running.clone(), seen.clone());
            group.background().spawn(async move {
                let cut = running.guard();
                inner.spawn(async move {
                    gate.wait().await;
                    if !running.is_up() {
                        seen.raise();
                    }
                });
                told.set();
                pending::<()>().await;
                drop(cut);
            });
            spawned.wait().await;
            late(move || opener.set());
        })
        .await;
    assert_eq!(result, Ok(()), "a group whose background child has spawned a child");
    assert!(
        seen.is_up(),
        "a background child was cut before the child that it had spawned in the group ended"
    );
}

/// Spawned when the others are gone already, it is cancelled at once.
async fn too_late_to_stay<B: Backend>(backend: &B) {
    let (alive, begun) = (Count::new(), Flag::new());
    let mut group = Box::pin(backend.task_group(async |group: Group<B>| {
        let (b, inner) = (backend.clone(), group.clone());
        let (alive, begun) = (alive.clone(), begun.clone());
        group.background().spawn(async move {
            let cleanup = async {
                let guard = alive.slow_guard();
                inner.background().spawn(async move {
                    let _guard = guard;
                    begun.raise();
                    pending::<()>().await;
                });
            };
            b.finally(pending::<()>(), cleanup).await;
        });
    }));
    let result = in_time("a background child spawned by the cleanup of another", &mut group).await;
    assert_eq!(result, Ok(()), "a group in which a background child was spawned by a cleanup");
    assert!(begun.is_up(), "a child that was spawned did not begin");
    assert_eq!(alive.get(), 0, "a background child was left when the group returned");
}

async fn started<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let background = group.background();
            let port = background.start(|ready: Ready<B, u16>| async move {
                ready.started(8080);
                pending::<()>().await;
            });
            Ok(port.await)
        })
        .await;
    assert_eq!(result, Ok(Ok(8080)), "a group with a service in the background");
}

/// They have values, failures, panics, and a `cancel` of their own.
async fn children_like_the_others<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let background = group.background();
            let value = background.spawn(async { Ok(7) }).await;
            let alone = background.spawn(pending::<()>());
            alone.cancel();
            let end = alone.await;
            assert!(
                matches!(&end, Err(TaskError::Cancelled(why)) if *why.reason() == Reason::Requested),
                "a background child cancelled by its handle gave {end:?}"
            );
            Ok(value.ok())
        })
        .await;
    assert_eq!(result, Ok(Some(7)), "the value of a background child");

    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            group.background().spawn(async { Err::<(), _>("no clock") });
            pending::<()>().await;
        })
        .await;
    assert!(
        matches!(&result, Err(GroupError::Failed(all)) if **all == ["no clock"]),
        "a background child failed, and the group gave {result:?}"
    );

    let resumed = catch(backend.task_group(async |group: Group<B>| {
        group.background().spawn(async { boom(Marker(7)) });
        pending::<()>().await;
    }))
    .await;
    let payload = resumed.expect_err("the panic of a background child was ignored");
    assert_eq!(describe(&*payload), describe(&Marker(7)), "the panic of a background child");
}
