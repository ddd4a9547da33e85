//! E9, E10: groups in which a failure cancels nobody.

use std::future::pending;

use anyrt_core::error::{GroupError, TaskError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::parked;
use crate::laws::tools::{Event, HOUR};
use crate::support::{Count, Flag, Group, Marker, boom, catch, describe, late};

pub(super) fn e9<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        the_others_go_on(backend).await;
        after_the_body(backend).await;
        nobody_fails(backend).await;
    });
}

/// Each failure is followed by checkpoints, of the body and of those that are still there.
async fn the_others_go_on<B: Backend>(backend: &B) {
    const CHILDREN: usize = 20;
    const FAILURES: [&str; 4] = ["out of paper", "out of ink", "out of order", "out of reach"];
    let (cut, passed) = (Count::new(), Count::new());
    let result = backend
        .supervise(async |group: Group<B, &'static str>| {
            let gate = Event::new();
            for _ in 0..CHILDREN {
                let (b, gate) = (backend.clone(), gate.clone());
                let (cut, passed) = (cut.guard(), passed.clone());
                group.spawn(async move {
                    let _cut = cut;
                    gate.wait().await;
                    b.checkpoint().await;
                    passed.up();
                    Ok(())
                });
            }
            for (index, failure) in FAILURES.into_iter().enumerate() {
                let view = if index % 2 == 0 { group.clone() } else { group.background() };
                let end = view.spawn(async move { Err::<(), _>(failure) }).await;
                assert!(matches!(end, Err(TaskError::Failed)), "a failing child gave {end:?}");
                assert!(!backend.is_cancelled(), "{failure} has cancelled the supervisor");
                backend.checkpoint().await;
                assert_eq!(cut.get(), CHILDREN, "children that {failure} has left alone");
            }
            gate.set();
            Ok(7)
        })
        .await;
    assert_eq!(passed.get(), CHILDREN, "children that got on after the failures of others");
    let ended = result.map(|ended| (ended.value, ended.failures));
    assert_eq!(ended, Ok((7, FAILURES.to_vec())), "the value and the failures of a supervisor");
}

async fn after_the_body<B: Backend>(backend: &B) {
    let (gate, opener) = (Event::new(), Event::new());
    let passed = Flag::new();
    let result = backend
        .supervise(async |group: Group<B, &'static str>| {
            let (b, seen, open) = (backend.clone(), gate.clone(), passed.clone());
            let failing = {
                let begin = opener.clone();
                group.spawn(async move {
                    begin.wait().await;
                    Err::<(), _>("late")
                })
            };
            group.spawn(async move {
                let end = failing.await;
                assert!(matches!(end, Err(TaskError::Failed)), "a failing child gave {end:?}");
                b.checkpoint().await;
                open.raise();
                seen.set();
                Ok(())
            });
            late(move || opener.set());
            Ok(7)
        })
        .await;
    assert!(passed.is_up(), "a failure after the body's end has cancelled a sibling");
    let ended = result.map(|ended| (ended.value, ended.failures));
    assert_eq!(ended, Ok((7, vec!["late"])), "a child failed when the body was over");
}

async fn nobody_fails<B: Backend>(backend: &B) {
    let result = backend
        .supervise(async |group: Group<B, &'static str>| {
            let child = group.spawn(async { Ok(7) });
            Ok(child.await.ok())
        })
        .await;
    let ended = result.map(|ended| (ended.value, ended.failures));
    assert_eq!(ended, Ok((Some(7), Vec::new())), "a supervisor without a failure");
}

pub(super) fn e10<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        the_body_fails(backend).await;
        cancelled(backend).await;
        cancelled_from_outside(backend).await;
        for who in [Who::Child, Who::Body] {
            a_panic(backend, who).await;
        }
    });
}

#[track_caller]
fn assert_failed<T>(result: Result<T, GroupError<&'static str>>, failures: &[&str], what: &str) {
    match result {
        Err(GroupError::Failed(all)) => assert_eq!(*all, *failures, "{what}: the failures"),
        Err(GroupError::Cancelled(why)) => panic!("{what}: the supervisor was {why}"),
        Ok(_) => panic!("{what}: the supervisor gave a value"),
    }
}

async fn the_body_fails<B: Backend>(backend: &B) {
    let (cut, sibling) = parked();
    let result = backend
        .supervise(async |group: Group<B, &'static str>| {
            group.spawn(sibling);
            let failed = group.spawn(async { Err::<(), _>("child") }).await;
            assert!(failed.is_err(), "a failing child gave a value");
            Err::<(), _>("body")
        })
        .await;
    assert_failed(result, &["child", "body"], "a child and then the body failed");
    assert!(cut.is_set(), "the supervisor returned before its child had gone");
}

/// By itself: with the body's value if it has one, else with what failed.
async fn cancelled<B: Backend>(backend: &B) {
    for has_value in [false, true] {
        let result = backend
            .supervise(async |group: Group<B, &'static str>| {
                let failed = group.spawn(async { Err::<(), _>("child") }).await;
                assert!(failed.is_err(), "a failing child gave a value");
                group.spawn(pending::<()>());
                group.cancel();
                if !has_value {
                    backend.checkpoint().await;
                }
                Ok(7)
            })
            .await;
        if has_value {
            let ended = result.map(|ended| (ended.value, ended.failures));
            let expected = Ok((7, vec!["child"]));
            assert_eq!(ended, expected, "a supervisor that was cancelled when its body was over");
        } else {
            assert_failed(result, &["child"], "the body was cut");
        }
    }
    let result = backend
        .supervise(async |group: Group<B, &'static str>| {
            group.cancel();
            backend.checkpoint().await;
            Ok(7)
        })
        .await;
    let is_cancelled = result.as_ref().is_err_and(GroupError::is_cancelled);
    assert!(is_cancelled, "a supervisor that was cancelled without a failure gave {result:?}");
}

async fn cancelled_from_outside<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(backend.supervise(async |group: Group<B, &'static str>| {
            let failed = group.spawn(async { Err::<(), _>("child") }).await;
            assert!(failed.is_err(), "a failing child gave a value");
            handle.cancel();
            backend.sleep(HOUR).await;
            Ok(7)
        }))
        .await;
    let result = result.expect("failures beat cancellation");
    assert_failed(result, &["child"], "cancelled from outside after a failure");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Child,
    Body,
}

async fn a_panic<B: Backend>(backend: &B, who: Who) {
    let alive = Count::new();
    let resumed = catch(backend.supervise(async |group: Group<B, &'static str>| {
        let guard = alive.slow_guard();
        group.spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        let failed = group.spawn(async { Err::<(), _>("child") }).await;
        assert!(failed.is_err(), "a failing child gave a value");
        if who == Who::Body {
            boom(Marker(7));
        }
        group.spawn(async { boom(Marker(7)) });
        pending::<()>().await;
    }))
    .await;
    assert_eq!(alive.get(), 0, "{who:?}: a sibling was left when the panic was resumed");
    match resumed {
        Err(payload) => {
            assert_eq!(describe(&*payload), describe(&Marker(7)), "{who:?} has panicked");
        }
        Ok(ended) => panic!("{who:?} has panicked, and the supervisor gave {ended:?}"),
    }
}
