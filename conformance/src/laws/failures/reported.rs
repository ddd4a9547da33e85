//! E2: which failures are reported, and in which order.

use std::future::pending;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::{assert_failed, parked};
use crate::laws::tools::Event;
use crate::support::{Count, Group, Marker, boom, catch, describe, drive_until};

pub(super) fn e2<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        in_completion_order(backend).await;
        body_first(backend).await;
        replaced_by_a_panic(backend).await;
        dropped_with_their_group(backend).await;
    });
}

/// Each fails when the handle of the one before says `Failed`; the body is the last.
async fn in_completion_order<B: Backend>(backend: &B) {
    const ORDER: [&str; 5] = ["one", "two", "three", "four", "body"];
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let mut before = group.spawn(async move { Err::<(), _>(ORDER[0]) });
            for failure in &ORDER[1..4] {
                let backend = backend.clone();
                before = group.spawn(async move {
                    let seen = backend.shield(async { before.await }).await;
                    assert!(seen.is_err(), "the handle of a child that failed gave {seen:?}");
                    Err::<(), _>(*failure)
                });
            }
            drop(backend.shield(async { before.await }).await);
            Err::<(), _>(ORDER[4])
        })
        .await;
    assert_failed(&result, &ORDER, "four children failed one after the other, and then the body");
}

async fn body_first<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (cut, sibling) = parked();
            let (backend, started) = (backend.clone(), Event::new());
            let child_started = started.clone();
            group.spawn(sibling);
            group.spawn(async move {
                let wait = async {
                    child_started.set();
                    cut.wait().await;
                };
                backend.shield(wait).await;
                Err::<(), _>("child")
            });
            started.wait().await;
            Err::<(), _>("body")
        })
        .await;
    assert_failed(&result, &["body", "child"], "the body failed, and then a child");
}

async fn replaced_by_a_panic<B: Backend>(backend: &B) {
    let result = catch(backend.task_group(async |group: Group<B, &'static str>| {
        let (cut, sibling) = parked();
        group.spawn(sibling);
        group.spawn(async { Err::<(), _>("child") });
        backend.shield(cut.wait()).await;
        boom::<Marker>(Marker(5));
    }))
    .await;
    match result {
        Err(payload) => assert_eq!(
            payload.downcast_ref(),
            Some(&Marker(5)),
            "a failure, and then a panic of the body, resumed {}",
            describe(&*payload)
        ),
        Ok(other) => panic!("a failure, and then a panic of the body, gave {other:?}"),
    }
}

async fn dropped_with_their_group<B: Backend>(backend: &B) {
    struct Failure(#[expect(dead_code, reason = "only its drop is seen")] Box<dyn Send>);

    let (alive, started) = (Count::new(), Event::new());
    let result = backend
        .task_group(async |_outer: Group<B>| {
            let mut inner = Box::pin(backend.task_group(async |group: Group<B, Failure>| {
                let (cut, sibling) = parked();
                let (backend, guard, started) = (backend.clone(), alive.guard(), started.clone());
                group.spawn(sibling);
                group.spawn(async move {
                    let wait = async {
                        started.set();
                        cut.wait().await;
                    };
                    backend.shield(wait).await;
                    Err::<(), _>(Failure(Box::new(guard)))
                });
                pending::<()>().await;
            }));
            let early = "a group ended whose body waits for ever";
            drive_until(inner.as_mut(), started.wait(), early).await;
        })
        .await;
    assert!(result.is_ok(), "a group that adopted a child which failed then gave {result:?}");
    assert_eq!(alive.get(), 0, "the error of a child of a dropped group was not dropped");
}
