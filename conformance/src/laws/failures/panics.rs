//! E5: panics of bodies and children.

use std::any::Any;
use std::fmt::Debug;
use std::future::pending;
use std::thread::Result;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::Event;
use crate::support::{
    Count, Flag, Group, Marker, boom, catch, describe, holding, join, late, on_drop,
};

pub(super) fn e5<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        of_a_child(backend).await;
        of_the_body(backend).await;
        first_of_several(backend).await;
        in_destructors(backend).await;
        through_nested_groups(backend).await;
    });
    out_of_run(backend);
}

#[track_caller]
fn assert_resumed<T: Debug>(result: Result<T>, payload: &Marker, what: &str) {
    match result {
        Err(seen) => {
            let seen: &(dyn Any + Send) = &*seen;
            let text = describe(seen);
            assert_eq!(seen.downcast_ref(), Some(payload), "{what}: the group resumed {text}");
        }
        Ok(seen) => panic!("{what}: the group did not resume the panic, but gave {seen:?}"),
    }
}

/// Spawns a sibling that waits for ever, and gives the event that tells when it is cut.
fn park<B: Backend>(group: &Group<B>) -> Event {
    let cut = Event::new();
    let guard = cut.guard();
    group.spawn(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    cut
}

async fn of_a_child<B: Backend>(backend: &B) {
    let (alive, gate, finished, body_cut) = (Count::new(), Event::new(), Flag::new(), Flag::new());
    let result = catch(backend.task_group(async |group: Group<B>| {
        let _guard = body_cut.guard();
        let cut = park::<B>(&group);
        group.spawn(holding(alive.slow_guard(), pending::<()>()));
        let (b, started, gate, finished) =
            (backend.clone(), Event::new(), gate.clone(), finished.clone());
        let begun = started.clone();
        group.spawn(holding(alive.slow_guard(), async move {
            let work = async {
                begun.set();
                cut.wait().await;
                let opener = late({
                    let gate = gate.clone();
                    move || gate.set()
                });
                gate.wait().await;
                join(opener);
            };
            b.shield(work).await;
            finished.raise();
        }));
        started.wait().await;
        group.spawn(async { boom(Marker(1)) });
        pending::<()>().await;
    }))
    .await;
    assert!(finished.is_up(), "the group of a panic ended before its shielded sibling had");
    assert_eq!(alive.get(), 0, "futures not dropped when the group of a panic ended");
    assert!(body_cut.is_up(), "a child's panic did not cut the body");
    assert_resumed(result, &Marker(1), "a child panicked");
}

async fn of_the_body<B: Backend>(backend: &B) {
    let (alive, ended) = (Count::new(), Flag::new());
    let result = catch(backend.task_group(async |group: Group<B>| {
        let cut = park::<B>(&group);
        let (b, ended, started) = (backend.clone(), ended.clone(), Event::new());
        let begun = started.clone();
        group.spawn(holding(alive.slow_guard(), async move {
            let work = async {
                begun.set();
                cut.wait().await;
            };
            b.shield(work).await;
            ended.raise();
        }));
        started.wait().await;
        boom::<Marker>(Marker(2));
    }))
    .await;
    assert!(ended.is_up(), "the group of a panicking body ended before its shielded child had");
    assert_eq!(alive.get(), 0, "futures not dropped when the group of a panic ended");
    assert_resumed(result, &Marker(2), "the body panicked");
}

/// A child panics, then a shielded sibling, then the shielded body.
async fn first_of_several<B: Backend>(backend: &B) {
    let result = catch(backend.task_group(async |group: Group<B>| {
        let cut = park::<B>(&group);
        let (b, second, child_cut, started) =
            (backend.clone(), Event::new(), cut.clone(), Event::new());
        let (guard, begun) = (second.guard(), started.clone());
        group.spawn(async move {
            let _guard = guard;
            let work = async {
                begun.set();
                child_cut.wait().await;
            };
            b.shield(work).await;
            boom::<Marker>(Marker(4));
        });
        started.wait().await;
        group.spawn(async { boom(Marker(3)) });
        backend.shield(second.wait()).await;
        boom::<Marker>(Marker(5));
    }))
    .await;
    assert_resumed(result, &Marker(3), "a child panicked, then a sibling, then the body");
}

/// A destructor that panics while its child is cut takes neither the process nor the group down.
async fn in_destructors<B: Backend>(backend: &B) {
    let alive = Count::new();
    let result = catch(backend.task_group(async |group: Group<B>| {
        let started = backend.semaphore(0);
        for _ in 0..3 {
            let (guard, begun) = (alive.guard(), started.clone());
            group.spawn(async move {
                let _guard = guard;
                let _boom = on_drop(|| boom(Marker(7)));
                begun.add_permits(1);
                pending::<()>().await;
            });
        }
        started.acquire_many(3).await;
        group.spawn(async { boom(Marker(6)) });
        pending::<()>().await;
    }))
    .await;
    assert_eq!(alive.get(), 0, "children whose destructors panic were not dropped");
    assert_resumed(result, &Marker(6), "a child panicked, then the destructors of its siblings");
}

async fn through_nested_groups<B: Backend>(backend: &B) {
    let alive = Count::new();
    let result = catch(backend.task_group(async |outer: Group<B>| {
        outer.spawn(holding(alive.slow_guard(), pending::<()>()));
        let (b, alive) = (backend.clone(), alive.clone());
        outer.spawn(async move {
            let middle = b.task_group(async |middle: Group<B, &'static str>| {
                middle.spawn(holding(alive.slow_guard(), pending::<()>()));
                let inner = b.task_group(async |inner: Group<B>| {
                    inner.spawn(async { boom(Marker(8)) });
                    pending::<()>().await;
                });
                drop(inner.await);
            });
            drop(middle.await);
        });
        pending::<()>().await;
    }))
    .await;
    assert_eq!(alive.get(), 0, "siblings on the way of a panic were not dropped when it resumed");
    assert_resumed(result, &Marker(8), "a grandchild panicked");
}

fn out_of_run<B: Backend + Toplevel>(backend: &B) {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        backend.run(backend.task_group(async |group: Group<B>| {
            group.spawn(async { boom("out of paper") });
        }))
    }));
    let seen = result.map_err(|payload| describe(&*payload));
    assert!(
        matches!(&seen, Err(text) if text == "out of paper"),
        "a child panicked with a text, and run gave {seen:?}"
    );
}
