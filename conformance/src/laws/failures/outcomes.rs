//! E6 to E8: which of value, failures and cancellation a group gives.

use std::fmt::Debug;
use std::future::pending;

use anyrt_core::error::{GroupError, Reason};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelScope, Toplevel};

use crate::laws::tools::Event;
use crate::support::{Count, Flag, Group, join, late, on_unknown_thread};

pub(super) fn e6<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let result = scope
            .run(async {
                finished_body(backend).await;
                cut_body(backend).await;
                assert!(
                    !handle.cancel_called() && !backend.is_cancelled(),
                    "around groups that cancelled themselves the scope is cancelled"
                );
                backend.checkpoint().await;
            })
            .await;
        assert!(result.is_ok(), "around groups that cancelled themselves a scope gave {result:?}");
        in_a_child(backend).await;
    });
}

async fn finished_body<B: Backend>(backend: &B) {
    let alive = Count::new();
    let by_body = backend
        .task_group(async |group: Group<B>| {
            let guard = alive.guard();
            group.spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
            group.cancel();
            Ok(7)
        })
        .await;
    assert!(matches!(by_body, Ok(7)), "a body that cancelled its group and ended gave {by_body:?}");
    assert_eq!(alive.get(), 0, "the child of a group that cancelled itself was not cut");

    let over = Event::new();
    let by_child = backend
        .task_group(async |group: Group<B>| {
            let _over = over.guard();
            let (parent, over) = (group.clone(), over.clone());
            group.spawn(async move {
                over.wait().await;
                parent.cancel();
                pending::<()>().await;
            });
            Ok(7)
        })
        .await;
    assert!(
        matches!(by_child, Ok(7)),
        "a group that its child cancelled when the body had finished gave {by_child:?}"
    );
}

async fn cut_body<B: Backend>(backend: &B) {
    let beyond = Flag::new();
    let by_body = backend
        .task_group(async |group: Group<B>| {
            group.cancel_with("enough".into());
            group.cancel_with("more".into());
            group.cancel();
            backend.checkpoint().await;
            beyond.raise();
            Ok(7)
        })
        .await;
    assert_cancelled(&by_body, &"enough".into(), "by its body, before a checkpoint");
    assert!(!beyond.is_up(), "the body of a cancelled group got past a checkpoint");

    let by_child = backend
        .task_group(async |group: Group<B>| {
            let parent = group.clone();
            group.spawn(async move { parent.cancel() });
            pending::<()>().await;
            Ok(7)
        })
        .await;
    assert_cancelled(&by_child, &Reason::Requested, "by its child");

    let from_outside = backend
        .task_group(async |group: Group<B>| {
            on_unknown_thread(backend, move |_| group.cancel_with("outside".into())).await;
            pending::<()>().await;
            Ok(7)
        })
        .await;
    assert_cancelled(&from_outside, &"outside".into(), "by another thread");
}

#[track_caller]
fn assert_cancelled<T: Debug, E: Debug>(
    result: &Result<T, GroupError<E>>,
    reason: &Reason,
    how: &str,
) {
    assert!(
        matches!(result, Err(GroupError::Cancelled(why)) if why.reason() == reason),
        "a group cancelled {how} ({reason}) gave {result:?}"
    );
}

/// The group around one that cancelled itself goes on, and so do its other children.
async fn in_a_child<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |outer: Group<B>| {
            let gate = Event::new();
            let (b, opened) = (backend.clone(), gate.clone());
            let child = outer.spawn(async move {
                let inner = b.task_group(async |inner: Group<B>| {
                    inner.cancel();
                    b.checkpoint().await;
                });
                let cancelled = inner.await.is_err();
                b.checkpoint().await;
                opened.set();
                Ok(cancelled)
            });
            let sibling = outer.spawn(async move {
                gate.wait().await;
                Ok(())
            });
            Ok((child.await.ok(), sibling.await.ok()))
        })
        .await;
    assert!(
        matches!(result, Ok((Some(true), Some(())))),
        "around a child whose group cancelled itself a group gave {result:?}"
    );
}

pub(super) fn e7<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        for body_cut in [false, true] {
            own_cancellation(backend, body_cut).await;
            outer_cancellation(backend, body_cut).await;
        }
        failing_body(backend).await;
    });
}

/// Spawns a child that fails once the group is cancelled, and gives an event for its start.
fn fail_when_cancelled<B: Backend>(backend: &B, group: &Group<B, &'static str>) -> Event {
    let (started, cut, backend) = (Event::new(), Event::new(), backend.clone());
    let (begun, guard) = (started.clone(), cut.guard());
    group.spawn(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    group.spawn(async move {
        let work = async {
            begun.set();
            cut.wait().await;
        };
        backend.shield(work).await;
        Err::<(), _>("late")
    });
    started
}

#[track_caller]
fn assert_late(result: &Result<u8, GroupError<&'static str>>, how: &str) {
    assert!(
        matches!(result, Err(GroupError::Failed(all)) if **all == ["late"]),
        "cancelled {how}, and then a child failed: the group gave {result:?}"
    );
}

async fn own_cancellation<B: Backend>(backend: &B, body_cut: bool) {
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            fail_when_cancelled(backend, &group).wait().await;
            group.cancel();
            if body_cut {
                backend.checkpoint().await;
            }
            Ok(7)
        })
        .await;
    assert_late(&result, "by itself");
}

async fn outer_cancellation<B: Backend>(backend: &B, body_cut: bool) {
    let scope = backend.cancel_scope();
    let (handle, mut seen) = (scope.handle(), None);
    let beyond = Flag::new();
    let result = scope
        .run(async {
            let group = backend.task_group(async |group: Group<B, &'static str>| {
                fail_when_cancelled(backend, &group).wait().await;
                handle.cancel();
                if body_cut {
                    backend.checkpoint().await;
                }
                Ok(7)
            });
            seen = Some(group.await);
            backend.checkpoint().await;
            beyond.raise();
        })
        .await;
    let Some(seen) = seen else {
        panic!("cancelled by an outer scope, and then a child failed: the group gave nothing")
    };
    assert_late(&seen, "by an outer scope");
    assert!(
        result.is_err() && !beyond.is_up(),
        "after the failures a cancelled scope let a checkpoint pass and gave {result:?}"
    );
}

async fn failing_body<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            let group = backend.task_group(async |group: Group<B, &'static str>| {
                group.spawn(pending::<()>());
                handle.cancel();
                Err::<u8, _>("late")
            });
            group.await
        })
        .await;
    match &result {
        Ok(result) => assert_late(result, "by an outer scope (it was the body that failed)"),
        Err(_) => panic!("a cancelled scope swallowed the failure of a group's body"),
    }
}

pub(super) fn e8<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        all_finished(backend).await;
        one_was_cut(backend).await;
    });
}

async fn all_finished<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(backend.task_group(async |group: Group<B>| {
            let (b, over, gate) = (backend.clone(), Event::new(), Event::new());
            let (_guard, canceller) = (over.guard(), handle.clone());
            group.spawn(async move {
                let work = async {
                    over.wait().await;
                    // Now the group does nothing but wait for this child.
                    canceller.cancel();
                    let opener = late({
                        let gate = gate.clone();
                        move || gate.set()
                    });
                    gate.wait().await;
                    join(opener);
                };
                b.shield(work).await;
            });
            Ok(7)
        }))
        .await;
    assert!(
        matches!(result, Ok(Ok(7))),
        "body and child finished normally in a cancelled scope, which gave {result:?}"
    );
    assert!(
        handle.cancel_called() && !handle.cancelled_caught(),
        "a cancelled scope whose body gave a value says (called, caught) = ({}, {})",
        handle.cancel_called(),
        handle.cancelled_caught()
    );
}

async fn one_was_cut<B: Backend>(backend: &B) {
    let (scope, after) = (backend.cancel_scope(), Flag::new());
    let handle = scope.handle();
    let result = scope
        .run(async {
            let group = backend.task_group(async |group: Group<B>| {
                group.spawn(pending::<()>());
                let handle = handle.clone();
                let b = backend.clone();
                group.spawn(async move {
                    b.shield(async { handle.cancel() }).await;
                });
                Ok(7)
            });
            let seen = group.await;
            after.raise();
            seen
        })
        .await;
    assert!(
        result.is_err() && !after.is_up(),
        "an outer scope cut a child, and the group gave its value nevertheless: {result:?}"
    );
}
