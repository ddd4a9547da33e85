//! E: failures of bodies and children, and what the group makes of them.

mod outcomes;
mod panics;

use std::future::pending;
use std::sync::Mutex;

use anyrt_core::error::{Failures, GroupError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::law::Law;
use crate::laws::tools::{Event, HOUR, eventually, lock};
use crate::support::{Count, Flag, Group, Log, Marker, boom, catch, describe, drive_until, turns};

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "E1",
            "The first failure, child's or body's, cancels the body and all siblings at once.",
            |backend| {
                backend.run(async {
                    a_child_fails(backend).await;
                    a_child_fails_while_the_body_is_busy(backend).await;
                    the_body_fails(backend).await;
                });
            },
        ),
        Law::new(
            "E2",
            "No failure is lost: all are reported, in completion order; a resumed panic replaces \
             them; errors of children of a dropped group are dropped.",
            |backend| {
                backend.run(async {
                    in_completion_order(backend).await;
                    body_first(backend).await;
                    replaced_by_a_panic(backend).await;
                    dropped_with_their_group(backend).await;
                });
            },
        ),
        Law::new(
            "E3",
            "The shape of nested failures follows the program's text, not how many failed.",
            |backend| backend.run(e3(backend)),
        ),
        Law::new("E4", "A cancelled sibling adds no failure.", |backend| {
            backend.run(async {
                siblings_cut(backend).await;
                body_cut_while_it_joins(backend).await;
            });
        }),
        Law::new(
            "E5",
            "A panic cancels the siblings, waits for them, then resumes in the group's caller \
             with its first payload.",
            panics::e5,
        ),
        Law::new(
            "E6",
            "A group cancelled by its own `cancel()` gives the body's value if the body finished, \
             else `Cancelled`; that cancellation is never seen outside.",
            outcomes::e6,
        ),
        Law::new(
            "E7",
            "Failures beat cancellation: with both, the failures are returned.",
            outcomes::e7,
        ),
        Law::new(
            "E8",
            "Waiting for children never originates a cancellation: outer scope cancelled, but \
             body and children all finished normally, gives the value; if a child was cut by an \
             outer scope, the group does not give the value.",
            outcomes::e8,
        ),
    ]
}

#[track_caller]
fn assert_failed<T: std::fmt::Debug>(
    result: &Result<T, GroupError<&'static str>>,
    failures: &[&'static str],
    what: &str,
) {
    let seen = result.as_ref().map_err(|error| error.failures().to_vec());
    assert!(
        matches!(&seen, Err(seen) if seen == failures),
        "{what}: the group gave {result:?} instead of the failures {failures:?}"
    );
}

/// A child that waits for ever, and an event for when it is cut.
fn parked() -> (Event, impl Future<Output = ()> + Send + 'static) {
    let cut = Event::new();
    let guard = cut.guard();
    let child = async move {
        let _guard = guard;
        pending::<()>().await;
    };
    (cut, child)
}

/// Each of them waits until another one is cut: a group that cancels one after the other hangs.
async fn a_child_fails<B: Backend>(backend: &B) {
    let freed = Count::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (body_cut, (cut, sibling)) = (Event::new(), parked());
            let _guard = body_cut.guard();
            group.spawn(sibling);
            for event in [body_cut.clone(), cut] {
                let (backend, freed) = (backend.clone(), freed.clone());
                group.spawn(async move {
                    backend.shield(event.wait()).await;
                    freed.up();
                });
            }
            group.spawn(async { Err::<(), _>("child") });
            pending::<()>().await;
        })
        .await;
    assert_failed(&result, &["child"], "a child failed");
    assert_eq!(freed.get(), 2, "of 2 shielded siblings that wait for a cut this many got on");
}

/// The siblings are cut though the body takes no notice.
async fn a_child_fails_while_the_body_is_busy<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (cut, sibling) = parked();
            group.spawn(sibling);
            group.spawn(async { Err::<(), _>("child") });
            backend.shield(cut.wait()).await;
            Ok(())
        })
        .await;
    assert_failed(&result, &["child"], "a child failed and the body ended normally");
}

async fn the_body_fails<B: Backend>(backend: &B) {
    let freed = Flag::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let (cut, sibling) = parked();
            let (started, child_backend, child_freed) =
                (Event::new(), backend.clone(), freed.clone());
            group.spawn(sibling);
            let child_started = started.clone();
            group.spawn(async move {
                let wait = async {
                    child_started.set();
                    cut.wait().await;
                };
                child_backend.shield(wait).await;
                child_freed.raise();
            });
            started.wait().await;
            Err::<(), _>("body")
        })
        .await;
    assert_failed(&result, &["body"], "the body failed");
    assert!(freed.is_up(), "the group returned before a shielded child had ended");
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

/// Runs a group in which `count` children fail, none of them cut.
async fn failing<B: Backend>(backend: &B, count: usize) -> Result<(), GroupError<&'static str>> {
    backend
        .task_group(async |group: Group<B, &'static str>| {
            let all = backend.semaphore(0);
            for _ in 0..count {
                let (backend, all) = (backend.clone(), all.clone());
                group.spawn(async move {
                    backend.shield(all.acquire()).await;
                    Err::<(), _>("leaf")
                });
            }
            all.add_permits(count);
        })
        .await
}

fn leaves(count: usize) -> GroupError<&'static str> {
    GroupError::Failed(Failures::new(vec!["leaf"; count]).expect("there is one"))
}

async fn e3<B: Backend>(backend: &B) {
    for count in [1, 2, 5] {
        let inner = failing(backend, count).await;
        assert_eq!(inner, Err(leaves(count)), "{count} failures in one group gave this");

        let in_child = backend
            .task_group(async |outer: Group<B, GroupError<&'static str>>| {
                let backend = backend.clone();
                outer.spawn(async move { failing(&backend, count).await });
            })
            .await;
        let in_body = backend
            .task_group(async |_: Group<B, GroupError<&'static str>>| failing(backend, count).await)
            .await;
        for (place, seen) in [("child", in_child), ("body", in_body)] {
            assert_eq!(
                seen,
                Err(GroupError::Failed(Failures::new(vec![leaves(count)]).expect("one"))),
                "{count} failures in a group in a {place} of a group gave this"
            );
        }
    }
    let both = backend
        .task_group(async |outer: Group<B, GroupError<&'static str>>| {
            for _ in 0..2 {
                let b = backend.clone();
                outer.spawn(async move { b.shield(failing(&b, 1)).await });
            }
        })
        .await;
    assert_eq!(
        both,
        Err(GroupError::Failed(Failures::new(vec![leaves(1), leaves(1)]).expect("two"))),
        "one failure in each of two groups, in two children of a group, gave this"
    );
}

async fn siblings_cut<B: Backend>(backend: &B) {
    let log = Log::new();
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let started = backend.semaphore(0);
            let b = backend.clone();
            let begun = started.clone();
            let waiting = group.spawn(async move {
                begun.add_permits(1);
                b.sleep(HOUR).await;
                Err::<(), _>("slept")
            });
            let (begun, guard) = (started.clone(), log.guard("joining"));
            group.spawn(async move {
                let _guard = guard;
                begun.add_permits(1);
                drop(waiting.await);
                Err::<(), _>("joined")
            });
            let (b, begun, guard) = (backend.clone(), started.clone(), log.guard("nested"));
            group.spawn(async move {
                let _guard = guard;
                let inner = b.task_group(async |inner: Group<B, &'static str>| {
                    inner.spawn(async move {
                        begun.add_permits(1);
                        pending::<()>().await;
                        Err::<(), _>("waited")
                    });
                });
                inner.await.map_err(|_| "inner")
            });
            let (b, begun, guard) = (backend.clone(), started.clone(), log.guard("scoped"));
            group.spawn(async move {
                let _guard = guard;
                begun.add_permits(1);
                let scoped = b.fail_after(HOUR, pending::<()>()).await;
                scoped.map_err(|_| "timed out")
            });
            started.acquire_many(4).await;
            let alone = group.spawn(async { pending::<Result<(), _>>().await });
            alone.cancel();
            group.spawn(async { Err::<(), _>("only") });
            pending::<()>().await;
            Err::<(), _>("body")
        })
        .await;
    assert_failed(&result, &["only"], "one child failed, and four siblings and the body were cut");
    let mut cut = log.entries();
    cut.sort_unstable();
    assert_eq!(cut, ["joining", "nested", "scoped"], "these siblings of a failure were dropped");
}

/// The body awaits a child that is cut with it: it must be cut, not told of the child's end.
///
/// The group is polled by hand, so that the child's end comes between cancellation and poll.
async fn body_cut_while_it_joins<B: Backend>(backend: &B) {
    let (alive, started, kept) = (Count::new(), Event::new(), Mutex::new(None));
    let mut group = Box::pin(backend.task_group(async |group: Group<B, &'static str>| {
        let (begun, guard) = (started.clone(), alive.guard());
        let waiting = group.spawn(async move {
            let _guard = guard;
            begun.set();
            pending::<()>().await;
        });
        *lock(&kept) = Some(group);
        drop(waiting.await);
        Err::<(), _>("joined")
    }));
    drive_until(group.as_mut(), started.wait(), "a group ended whose body waits for ever").await;
    let kept: Group<B, &'static str> = lock(&kept).take().expect("the body has run");
    kept.spawn(async { Err::<(), _>("only") });
    eventually!("a child is cut when its sibling failed", alive.get() == 0);
    turns(20).await;
    let result = group.await;
    assert_failed(&result, &["only"], "a child failed while the body awaited another one");
}
