//! G15: what a child is called, and how it is told from all others.

use std::collections::HashSet;

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, TaskHandle, Toplevel};

use crate::support::{Flag, Group};

pub(super) fn g15<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        named_by_the_view(backend).await;
        the_same_group(backend).await;
        ids_are_used_once(backend).await;
    });
}

async fn named_by_the_view<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let worker = group.named("worker");
            let number = 7;
            let views = [
                (group.clone(), None),
                (worker.clone(), Some("worker")),
                (worker.named(&format!("worker {number}")), Some("worker 7")),
                (worker.background(), Some("worker")),
                (group.background().named("clock"), Some("clock")),
                (worker.named(""), Some("")),
                // Twice, since a name need not be unique.
                (worker, Some("worker")),
                (group.clone(), None),
            ];
            for (view, name) in views {
                let (spawned, tried) = (view.spawn(async {}), view.try_spawn(async {}));
                let tried = tried.expect("the body of the group runs");
                let limited = view.limited(1).spawn_when_free(async {}).await;
                let seen = [spawned.name(), tried.name(), limited.name()];
                assert_eq!(seen, [name; 3], "children of a view whose name is {name:?}");
            }
            let ended = group.named("late").spawn(async {});
            while !ended.is_finished() {
                backend.checkpoint().await;
            }
            assert_eq!(ended.name(), Some("late"), "the name of a child that has ended");
        })
        .await;
    assert_eq!(result, Ok(()), "a group whose children have names");
}

/// A view is no group of its own: it is joined with the others, and cancels all of them.
async fn the_same_group<B: Backend>(backend: &B) {
    let cut = Flag::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let guard = cut.guard();
            group.spawn(async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            });
            group.named("worker").cancel();
            backend.checkpoint().await;
            Ok(7)
        })
        .await;
    let is_cancelled = result.as_ref().is_err_and(GroupError::is_cancelled);
    assert!(is_cancelled, "a group that was cancelled through a view gave {result:?}");
    assert!(cut.is_up(), "the group returned before its child had gone");
}

async fn ids_are_used_once<B: Backend>(backend: &B) {
    const CHILDREN: usize = 200;
    let mut ids = HashSet::new();
    for _ in 0..3 {
        let result = backend
            .task_group(async |group: Group<B>| {
                let mut handles: Vec<_> = (0..CHILDREN).map(|_| group.spawn(async {})).collect();
                let inner = backend.task_group(async |inner: Group<B>| {
                    handles.push(inner.named("worker").spawn(async {}));
                    handles.push(inner.background().spawn(async {}));
                });
                assert_eq!(inner.await, Ok(()), "a group inside of another one");
                let before: Vec<_> = handles.iter().map(TaskHandle::id).collect();
                while !handles.iter().all(TaskHandle::is_finished) {
                    backend.checkpoint().await;
                }
                let after: Vec<_> = handles.iter().map(TaskHandle::id).collect();
                assert_eq!(before, after, "the ids of children before and after their end");
                ids.extend(after);
            })
            .await;
        assert_eq!(result, Ok(()), "a group of plain children");
    }
    let children = 3 * (CHILDREN + 2);
    assert_eq!(ids.len(), children, "ids that {children} children have");
}
