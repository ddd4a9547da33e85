//! C5: who absorbs is decided when the body is gone.

use std::future::Future;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::nesting::assert_absorbed_by;
use crate::laws::tools::{Event, Source, both, step};
use crate::support::{Flag, Group, on_drop};

pub(super) fn c5<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        for by_outer in [true, false] {
            backend.run(while_a_shield_holds(backend, source, by_outer));
            backend.run(while_a_child_ends(backend, source, by_outer));
        }
    }
    backend.run(by_a_destructor(backend));
}

/// The inner scope is cancelled, but held open by a shield; meanwhile the outer one is.
async fn while_a_shield_holds<B: Backend>(backend: &B, source: Source, by_outer: bool) {
    let release = Event::new();
    let held = backend.shield(release.wait());
    unwinding(backend, source, by_outer, &release, held).await;
}

/// The same, held open by a group whose child is still winding down.
async fn while_a_child_ends<B: Backend>(backend: &B, source: Source, by_outer: bool) {
    let release = Event::new();
    let child = (backend.clone(), release.clone());
    let held = backend.task_group(|group: Group<B>| {
        let (backend, release) = child;
        group.spawn(async move { backend.shield(release.wait()).await });
        async {}
    });
    unwinding(backend, source, by_outer, &release, held).await;
}

async fn unwinding<B: Backend, F: Future<Output: Send> + Send>(
    backend: &B,
    source: Source,
    by_outer: bool,
    release: &Event,
    held: F,
) {
    let context = &format!("outer one cancelled meanwhile: {by_outer}, from {source:?}");
    let _release = release.guard();
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let mut run = Box::pin(outer.run(async {
        let inner = inner.run(both(held, backend.sleep(Duration::MAX))).await;
        after.raise();
        inner.is_err()
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    source.cancel(backend, &inside).await;
    assert!(step(&mut run).await.is_pending(), "{context}: what was shielded was not awaited");
    if by_outer {
        source.cancel(backend, &outside).await;
        assert!(step(&mut run).await.is_pending(), "{context}: what was shielded was cut");
    }
    release.set();
    let result = run.await;
    if by_outer {
        assert!(result.is_err(), "{context}: the inner scope absorbed");
        assert!(!after.is_up(), "{context}: the inner scope returned");
        assert_absorbed_by(&outside, &[&inside], context);
    } else {
        assert_eq!(result, Ok(true), "{context}: the inner scope alone was cancelled");
        assert_absorbed_by(&inside, &[&outside], context);
    }
}

/// The outer scope is cancelled by a destructor of the inner one's body.
async fn by_a_destructor<B: Backend>(backend: &B) {
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, inside) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let result = outer
        .run(async {
            let body = async {
                let outside = outside.clone();
                let _cancels = on_drop(move || outside.cancel());
                inside.cancel();
                backend.checkpoint().await;
            };
            let _ = inner.run(body).await;
            after.raise();
            backend.checkpoint().await;
        })
        .await;
    assert!(result.is_err(), "the outer scope gave {result:?}");
    assert!(!after.is_up(), "a destructor cancelled the outer scope, but the inner one returned");
    assert_absorbed_by(&outside, &[&inside], "cancelled by a destructor of the inner body");
}
