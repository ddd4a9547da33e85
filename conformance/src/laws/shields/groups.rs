//! S3: groups in a shield, and shields in a group.

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::work;
use crate::laws::tools::{Event, Source, step};
use crate::support::{Count, Flag, Group, turns};

pub(super) fn s3<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(groups_inside(backend, source));
        backend.run(a_childs_shield_keeps_its_group_waiting(backend, source));
    }
    backend.run(groups_from_outside(backend));
}

/// Children, and their children, work in a shield whose outer scope is cancelled.
async fn groups_inside<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let done = Count::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let tree = backend.task_group(|group: Group<B>| async {
        let group = group;
        source.cancel(backend, &handle).await;
        for _ in 0..3 {
            let (backend, done) = (backend.clone(), done.clone());
            group.spawn(async move {
                work(&backend).await;
                let inner = backend.task_group(|group: Group<B>| async {
                    let group = group;
                    let (backend, inside) = (backend.clone(), done.clone());
                    group.spawn(async move {
                        work(&backend).await;
                        inside.up();
                    });
                });
                assert_eq!(inner.await, Ok(()), "a group in a shielded child");
                done.up();
            });
        }
        work(backend).await;
        done.up();
    });
    let result = scope.run(async {
        let group = backend.shield(tree).await;
        assert_eq!(group, Ok(()), "{context}: a group in a shield");
        backend.checkpoint().await;
    });
    assert!(result.await.is_err(), "{context}: the cancelled scope gave a value");
    assert_eq!(done.get(), 7, "{context}: 7 bodies and children are in the shield");
}

/// A group from outside of the shield is not in it, and so are not its children.
async fn groups_from_outside<B: Backend>(backend: &B) {
    let (began, ran_on) = (Event::new(), Flag::new());
    let result = backend
        .task_group(|group: Group<B>| {
            let (began, ran_on) = (began.clone(), ran_on.clone());
            async move {
                group.cancel();
                let shielded = backend.shield(async {
                    let (child, starts) = (backend.clone(), began.clone());
                    group.spawn(async move {
                        starts.set();
                        child.checkpoint().await;
                        ran_on.raise();
                    });
                    began.wait().await;
                    work(backend).await;
                });
                shielded.await;
            }
        })
        .await;
    assert_eq!(result, Ok(()), "no checkpoint followed the shield");
    assert!(!ran_on.is_up(), "a child of a cancelled group, spawned in a shield, was shielded");
}

async fn a_childs_shield_keeps_its_group_waiting<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let (shielded, release) = (Event::new(), Event::new());
    let _release = release.guard();
    let done = Flag::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(backend.task_group(|group: Group<B>| {
        let (backend, done) = (backend.clone(), done.clone());
        let (shielded, release) = (shielded.clone(), release.clone());
        group.spawn(async move {
            let kept = backend.shield(async {
                shielded.set();
                release.wait().await;
                work(&backend).await;
                done.raise();
            });
            kept.await;
        });
        async {}
    })));
    assert!(step(&mut run).await.is_pending(), "{context}: the group ended before its child");
    shielded.wait().await;
    source.cancel(backend, &handle).await;
    for _ in 0..20 {
        assert!(step(&mut run).await.is_pending(), "{context}: the group left a shielded child");
        turns(1).await;
    }
    release.set();
    let _ = run.await;
    assert!(done.is_up(), "{context}: the group left a shielded child, or cut it");
}
