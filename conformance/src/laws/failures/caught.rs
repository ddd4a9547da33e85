//! E12: panics as values.

use std::future::pending;

use anyrt_core::error::Panic;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, step};
use crate::support::{Flag, Group, Log, Marker, boom, holding, on_drop, turns};

pub(super) fn e12<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        a_value_passes_through(backend).await;
        a_panic_is_a_value(backend).await;
        so_is_one_of_a_destructor(backend).await;
        what_it_started_has_ended(backend).await;
        nobody_hears_of_it(backend).await;
        a_cancellation_passes_through(backend).await;
    });
}

fn marker(panic: &Panic) -> Option<u32> {
    panic.with_payload(|payload| payload?.downcast_ref::<Marker>().map(|marker| marker.0))
}

async fn a_value_passes_through<B: Backend>(backend: &B) {
    let caught = backend.catch_panic(async {
        turns(1).await;
        42
    });
    assert_eq!(caught.await.ok(), Some(42), "the value of a future that does not panic");
}

async fn a_panic_is_a_value<B: Backend>(backend: &B) {
    let log = Log::new();
    let held = holding(log.guard("dropped"), async {
        turns(1).await;
        boom::<Marker>(Marker(1));
    });
    let mut catching = Box::pin(backend.catch_panic(held));
    let panic = catching.as_mut().await.expect_err("it panicked");
    log.note("caught");
    drop(catching);
    assert_eq!(marker(&panic), Some(1), "the payload of {panic}");
    assert_eq!(log.entries(), ["dropped", "caught"], "what a panic leaves");

    let panic = backend.catch_panic(async { boom("out of paper") }).await;
    let panic = panic.map(|_: ()| ()).expect_err("it panicked");
    assert_eq!(panic.message(), "out of paper", "the message");
}

/// After a value, and after another panic, which came first.
async fn so_is_one_of_a_destructor<B: Backend>(backend: &B) {
    for panics in [false, true] {
        let held = holding(on_drop(|| boom(Marker(2))), async move {
            if panics {
                boom::<Marker>(Marker(3));
            }
        });
        let panic = backend.catch_panic(held).await.expect_err("a destructor panics");
        assert_eq!(marker(&panic), Some(if panics { 3 } else { 2 }), "the payload of {panic}");
    }
}

async fn what_it_started_has_ended<B: Backend>(backend: &B) {
    let (ended, cut) = (Flag::new(), Event::new());
    let caught = backend.catch_panic(backend.task_group(async |group: Group<B>| {
        let (guard, begun) = (cut.guard(), Event::new());
        group.spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        let (b, ended, cut, begins) = (backend.clone(), ended.clone(), cut.clone(), begun.clone());
        group.spawn(async move {
            let work = async {
                begins.set();
                cut.wait().await;
                turns(3).await;
                ended.raise();
            };
            b.shield(work).await;
        });
        begun.wait().await;
        boom::<Marker>(Marker(4));
    }));
    let panic = caught.await.expect_err("the group panicked");
    assert!(ended.is_up(), "a shielded child had not ended when the panic was given");
    assert_eq!(marker(&panic), Some(4), "the payload of {panic}");
}

async fn nobody_hears_of_it<B: Backend>(backend: &B) {
    let result = backend.task_group(async |group: Group<B, &'static str>| {
        let caught = Event::new();
        let (b, catches) = (backend.clone(), caught.clone());
        let crashing = group.spawn(async move {
            let panic = b.catch_panic(async { boom::<Marker>(Marker(5)) }).await;
            catches.set();
            Ok(panic.is_err())
        });
        caught.wait().await;
        backend.checkpoint().await;
        crashing.await.map_err(|_| "the child has no value")
    });
    assert_eq!(result.await, Ok(true), "a group with a child that catches its panic");
}

async fn a_cancellation_passes_through<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let went_on = Flag::new();
    let mut run = Box::pin(scope.run(async {
        let _ = backend.catch_panic(pending::<()>()).await;
        went_on.raise();
    }));
    assert!(step(&mut run).await.is_pending(), "what waits has no value");
    handle.cancel();
    assert!(run.await.is_err(), "a scope whose body catches panics was cancelled");
    assert!(!went_on.is_up(), "a cancellation was caught like a panic");
}
