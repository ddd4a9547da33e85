//! C9: one call reaches a whole tree of tasks.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, Source, attempt, both, eventually, step};
use crate::support::{Count, Flag, Group, join, turns};

/// A tree of tasks, each with a scope and a group of its own, and how it fares.
#[derive(Clone, Default)]
struct Tree {
    alive: Count,
    waiting: Count,
    ran_on: Flag,
}

const DEPTH: usize = 3;

const NODES: usize = 1 + 3 + 9 + 27;

fn grow<B: Backend>(
    backend: B,
    tree: Tree,
    depth: usize,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let alive = tree.alive.guard();
    Box::pin(async move {
        let _alive = alive;
        let children = backend.task_group(|group: Group<B>| async {
            let group = group;
            for _ in 0..if depth == 0 { 0 } else { 3 } {
                group.spawn(grow(backend.clone(), tree.clone(), depth - 1));
            }
            tree.waiting.up();
            backend.sleep(Duration::MAX).await;
            tree.ran_on.raise();
        });
        let _ = backend.cancel_scope().run(children).await;
        tree.ran_on.raise();
    })
}

pub(super) fn c9<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(a_whole_tree(backend, source));
    }
    backend.run(through_one_task_at_once(backend));
}

async fn a_whole_tree<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let tree = Tree::default();
    let (shielded, release) = (Event::new(), Event::new());
    let shielded_saw = Flag::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let body = backend.task_group(|group: Group<B>| {
        group.spawn(grow(backend.clone(), tree.clone(), DEPTH));
        let (backend, release) = (backend.clone(), release.clone());
        let (shielded, saw) = (shielded.clone(), shielded_saw.clone());
        group.spawn(async move {
            let kept = backend.shield(async {
                shielded.set();
                release.wait().await;
                if backend.is_cancelled() || attempt(backend.checkpoint()).await.is_none() {
                    saw.raise();
                }
            });
            kept.await;
        });
        async {}
    });
    let cancelling = async {
        let _release = release.guard();
        eventually!("all tasks of the tree wait", tree.waiting.get() == NODES);
        shielded.wait().await;
        source.cancel(backend, &handle).await;
        eventually!("all tasks of the tree are gone", tree.alive.get() == 0);
        turns(3).await;
    };
    let (result, ()) = both(scope.run(body), cancelling).await;
    assert!(result.is_err(), "{context}: the scope gave {result:?}");
    assert!(!tree.ran_on.is_up(), "{context}: a task of the tree ran on after its sleep");
    assert!(!shielded_saw.is_up(), "{context}: what is shielded is no visible descendant");
}

/// One call, and the next poll of the task ends everything in it.
async fn through_one_task_at_once<B: Backend>(backend: &B) {
    let outer = backend.cancel_scope();
    let handle = outer.handle();
    let nested = async {
        let group = backend.task_group(|_: Group<B>| async {
            let _ = backend.cancel_scope().run(backend.sleep(Duration::MAX)).await;
        });
        let _ = backend.cancel_scope().run(group).await;
    };
    let other = backend.cancel_scope().run(backend.sleep(Duration::MAX));
    let mut run = Box::pin(outer.run(both(nested, other)));
    assert!(step(&mut run).await.is_pending(), "an endless sleep ended");
    join(std::thread::spawn(move || handle.cancel()));
    let poll = step(&mut run).await.map(|result| result.is_err());
    assert!(poll == std::task::Poll::Ready(true), "one call and one poll gave {poll:?}");
}
