//! E11: who waits for the value of a child.

use std::future::{Future, pending};

use anyrt_core::error::{GroupError, Reason};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::assert_failed;
use crate::laws::tools::{Event, both, parked};
use crate::support::{Flag, Group, Marker, boom, catch, describe};

pub(super) fn e11<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        of_one_that_succeeds(backend).await;
        for waits in [false, true] {
            the_body_is_cut(backend, waits).await;
            siblings_are_cut(backend, waits).await;
            by_a_panic(backend, waits).await;
            by_a_cancellation(backend, waits).await;
        }
        in_the_background(backend).await;
        where_nothing_cuts(backend).await;
    });
}

async fn of_one_that_succeeds<B: Backend>(backend: &B) {
    let result = backend.task_group(async |group: Group<B>| {
        let (early, late) = (group.spawn(async { Ok(6) }), Event::new());
        let waits = late.clone();
        let seven = group.spawn(async move {
            waits.wait().await;
            Ok(7)
        });
        let six = early.value().await;
        late.set();
        Ok(six * seven.value().await)
    });
    assert_eq!(result.await, Ok(42), "what a body made of two values");
}

/// A child that fails, at once or when somebody waits for it.
async fn fails(waits: bool, awaited: Event) -> Result<u32, &'static str> {
    if waits {
        awaited.wait().await;
    }
    Err("child")
}

async fn the_body_is_cut<B: Backend>(backend: &B, waits: bool) {
    let went_on = Flag::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let awaited = Event::new();
            let child = group.spawn(fails(waits, awaited.clone()));
            parked(&awaited, child.value()).await;
            went_on.raise();
            Ok(())
        })
        .await;
    assert_failed(&result, &["child"], "the body waited for the value of a child that failed");
    assert!(!went_on.is_up(), "the body went on without the value");
}

/// Ten times: a sibling that learns of the failure before the group does is cut, too.
async fn siblings_are_cut<B: Backend>(backend: &B, waits: bool) {
    for _ in 0..10 {
        let went_on = Flag::new();
        let result = backend
            .task_group(async |group: Group<B, &'static str>| {
                let awaited = Event::new();
                let child = group.spawn(fails(waits, awaited.clone()));
                let went_on = went_on.clone();
                group.spawn(async move {
                    parked(&awaited, child.value()).await;
                    went_on.raise();
                    Ok(())
                });
                pending::<Result<(), _>>().await
            })
            .await;
        assert_failed(&result, &["child"], "a sibling waited for the value");
        assert!(!went_on.is_up(), "a sibling went on without the value");
    }
}

async fn by_a_panic<B: Backend>(backend: &B, waits: bool) {
    let result = catch(backend.task_group(async |group: Group<B>| {
        let awaited = Event::new();
        let begins = awaited.clone();
        let child = group.spawn(async move {
            if waits {
                begins.wait().await;
            }
            boom::<Marker>(Marker(1));
        });
        parked(&awaited, child.value()).await;
    }))
    .await;
    let payload = result.expect_err("the panic goes on");
    assert_eq!(describe(&*payload), describe(&Marker(1)), "the panic that the group resumed");
}

async fn by_a_cancellation<B: Backend>(backend: &B, waits: bool) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let awaited = Event::new();
            let child = group.spawn(pending::<Result<u32, _>>());
            if !waits {
                group.cancel();
            }
            both(parked(&awaited, child.value()), async {
                awaited.wait().await;
                group.cancel();
            })
            .await;
            Ok(())
        })
        .await;
    let is_cancelled =
        matches!(&result, Err(GroupError::Cancelled(by)) if *by.reason() == Reason::Requested);
    assert!(is_cancelled, "the body waited for a value in a cancelled group: {result:?}");
}

/// A background child that waits for another one is wound up with it, and does not panic.
async fn in_the_background<B: Backend>(backend: &B) {
    for _ in 0..10 {
        let result = backend
            .task_group(async |group: Group<B>| {
                let group = group.background();
                let child = group.spawn(pending::<Result<u32, _>>());
                let begun = Event::new();
                let begins = begun.clone();
                group.spawn(async move {
                    parked(&begins, child.value()).await;
                });
                begun.wait().await;
            })
            .await;
        assert_eq!(result, Ok(()), "a background child waited for the value of another");
    }
}

/// It is a panic that tells what to do, and no wait for ever.
async fn where_nothing_cuts<B: Backend>(backend: &B) {
    let supervised = backend.supervise(async |group: Group<B, &'static str>| {
        let value = group.spawn(async { Err::<u32, _>("child") }).value();
        assert_remedy(value, "in a supervisor").await;
        Ok(())
    });
    let failures = supervised.await.map(|supervised| supervised.failures);
    assert_eq!(failures, Ok(vec!["child"]), "the failures of the supervisor");

    let cancelled = backend.task_group(async |group: Group<B>| {
        let child = group.spawn(pending::<Result<u32, _>>());
        child.cancel();
        assert_remedy(child.value(), "of a child that was cancelled alone").await;
        Ok(())
    });
    assert_eq!(cancelled.await, Ok(()), "a group with a child that was cancelled alone");

    let shielded = backend.task_group(async |group: Group<B, &'static str>| {
        let value = group.spawn(async { Err::<u32, _>("child") }).value();
        backend.shield(assert_remedy(value, "behind a shield")).await;
        Ok(())
    });
    assert_failed(&shielded.await, &["child"], "a shielded body waited for the value");
}

async fn assert_remedy<F: Future<Output = u32>>(value: F, place: &str) {
    let payload = catch(value).await.expect_err("there is no value");
    let text = describe(&*payload);
    assert!(text.contains("await the handle itself"), "{place}: {text}");
}
