//! G9: what a handle does to its child, and what it does not.

use std::future::{Future, IntoFuture, pending};
use std::pin::Pin;

use anyrt_core::error::{GroupError, Reason, TaskError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, LONG, eventually, step};
use crate::support::{Count, Flag, Group, Log, Marker, boom, catch, describe, join, on_drop};

pub(super) fn g9<B: Backend + Toplevel>(backend: &B) {
    backend.run(dropped_its_child_counts(backend));
    backend.run(dropped_its_value_goes_once(backend));
    for way in Way::ALL {
        backend.run(cancels_that_child_alone(backend, way));
    }
    backend.run(cancelled_before_it_began(backend));
    backend.run(cancels_what_is_below(backend));
    backend.run(what_cannot_be_cut_is_not(backend));
    backend.run(among_failures(backend));
}

/// The group takes failures and panics of children that nobody has a handle of.
async fn dropped_its_child_counts<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            drop(group.spawn(async { Err::<(), _>("out of paper") }));
            pending::<()>().await;
        })
        .await;
    assert!(
        matches!(&result, Err(GroupError::Failed(all)) if **all == ["out of paper"]),
        "a failing child whose handle was dropped: the group gave {result:?}"
    );

    let resumed = catch(backend.task_group(async |group: Group<B>| {
        drop(group.spawn(async { boom(Marker(7)) }));
        pending::<()>().await;
    }))
    .await;
    let payload = resumed.expect_err("a panicking child whose handle was dropped was ignored");
    assert_eq!(describe(&*payload), describe(&Marker(7)), "the panic of a child without handle");
}

/// Dropped while the child waits, after it ended, or as a join that was polled.
async fn dropped_its_value_goes_once<B: Backend>(backend: &B) {
    let (made, dropped) = (Count::new(), Count::new());
    let go = Event::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let child = |waits: bool| {
                let (made, dropped, go) = (made.clone(), dropped.clone(), go.clone());
                async move {
                    if waits {
                        go.wait().await;
                    }
                    made.up();
                    Ok(on_drop(move || dropped.up()))
                }
            };
            drop(group.spawn(child(true)));
            let mut polled = Box::pin(group.spawn(child(true)).into_future());
            assert!(step(&mut polled).await.is_pending(), "joined too early");
            drop(polled);
            let ended = group.spawn(child(false));
            eventually!("a child without a wait ends", ended.is_finished());
            assert_eq!(dropped.get(), 0, "a value was dropped before its handle");
            drop(ended);
            assert_eq!(dropped.get(), 1, "a value was kept after its handle was dropped");
            go.set();
        })
        .await;
    assert_eq!(result, Ok(()), "a group whose handles were dropped");
    assert_eq!((made.get(), dropped.get()), (3, 3), "values made and dropped");
}

/// From where the handle is used.
#[derive(Clone, Copy, Debug)]
enum Way {
    Body,
    Sibling,
    Thread,
    ManyTimes,
    ThenDropped,
}

impl Way {
    const ALL: [Self; 5] =
        [Self::Body, Self::Sibling, Self::Thread, Self::ManyTimes, Self::ThenDropped];
}

async fn cancels_that_child_alone<B: Backend>(backend: &B, way: Way) {
    let (log, gone) = (Log::new(), Event::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            let (waiting, go_on) = (Event::new(), Event::new());
            let (backend, body) = (backend.clone(), backend);
            let sibling = {
                let (backend, go_on) = (backend.clone(), go_on.clone());
                group.spawn(async move {
                    go_on.wait().await;
                    backend.checkpoint().await;
                    assert!(!backend.is_cancelled(), "{way:?}: a sibling is cancelled");
                    Ok(7)
                })
            };
            let child = {
                let (log, waiting) = (log.clone(), waiting.clone());
                let gone = gone.guard();
                group.spawn(async move {
                    let _gone = gone;
                    let _logged = log.guard("child is gone");
                    waiting.set();
                    backend.sleep(LONG).await;
                    log.note("child goes on");
                })
            };
            waiting.wait().await;
            let kept = match way {
                Way::Body => {
                    child.cancel();
                    Some(child)
                }
                Way::ManyTimes => {
                    (0..100).for_each(|_| child.cancel());
                    Some(child)
                }
                Way::Thread => Some(join(std::thread::spawn(move || {
                    child.cancel();
                    child
                }))),
                Way::Sibling => {
                    let cancels = group.spawn(async move {
                        child.cancel();
                        Ok(child)
                    });
                    Some(cancels.await.expect("a child that cancels its sibling is not cancelled"))
                }
                Way::ThenDropped => {
                    child.cancel();
                    None
                }
            };
            if let Some(child) = kept {
                let end = child.await;
                assert!(
                    matches!(&end, Err(TaskError::Cancelled(why)) if *why.reason() == Reason::Requested),
                    "{way:?}: the handle of a child that it cancelled gave {end:?}"
                );
            }
            gone.wait().await;
            log.note("body goes on");
            body.checkpoint().await;
            assert!(!body.is_cancelled(), "{way:?}: the body is cancelled");
            let late = group.spawn({
                let backend = body.clone();
                async move { backend.checkpoint().await }
            });
            go_on.set();
            let (late, sibling) = (late.await, sibling.await);
            assert!(late.is_ok(), "{way:?}: a later child ended in {late:?}");
            Ok(sibling.ok())
        })
        .await;
    assert_eq!(result, Ok(Some(7)), "{way:?}: the group of a child that its handle cancelled");
    assert_eq!(log.entries(), ["child is gone", "body goes on"], "{way:?}");
}

async fn cancelled_before_it_began<B: Backend>(backend: &B) {
    let (begun, ran_on) = (Flag::new(), Flag::new());
    let result = backend
        .task_group(async |group: Group<B>| {
            // The body does not give way, but another thread may have polled the child by now.
            let child = {
                let (backend, begun, ran_on) = (backend.clone(), begun.clone(), ran_on.clone());
                group.spawn(async move {
                    begun.raise();
                    backend.sleep(LONG).await;
                    ran_on.raise();
                })
            };
            child.cancel();
            let end = child.await;
            assert!(matches!(end, Err(TaskError::Cancelled(_))), "the handle gave {end:?}");
        })
        .await;
    assert_eq!(result, Ok(()), "the group of a child that was cancelled at once");
    assert!(begun.is_up(), "a child that was cancelled at once did not run to its first wait");
    assert!(!ran_on.is_up(), "a child that was cancelled at once ran on after its first wait");
}

/// The child's own group, scope and grandchildren go with it, and no others.
async fn cancels_what_is_below<B: Backend>(backend: &B) {
    let alive = Count::new();
    let result = backend
        .task_group(async |group: Group<B>| {
            let begun = Count::new();
            let tree = |depth| tree(backend.clone(), alive.clone(), begun.clone(), depth);
            let (cut, spared) = (group.spawn(tree(3)), group.spawn(tree(1)));
            eventually!("both trees have grown", begun.get() == 4 + 2);
            cut.cancel();
            let end = cut.await;
            assert!(matches!(end, Err(TaskError::Cancelled(_))), "the top of a tree gave {end:?}");
            assert_eq!(alive.get(), 2, "of the other tree's 2 tasks this many are left");
            spared.cancel();
        })
        .await;
    assert_eq!(result, Ok(()), "the group of two trees");
    assert_eq!(alive.get(), 0, "tasks of the other tree are left");
}

fn tree<B: Backend>(
    backend: B,
    alive: Count,
    begun: Count,
    depth: usize,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let guard = alive.guard();
    Box::pin(async move {
        let _guard = guard;
        begun.up();
        let in_scope = backend.task_group(async |group: Group<B>| {
            if depth > 0 {
                group.spawn(tree(backend.clone(), alive, begun, depth - 1));
            }
            pending::<()>().await;
        });
        let _ = backend.cancel_scope().run(in_scope).await;
    })
}

/// A child that meets no checkpoint gives its value; one that has ended keeps it.
async fn what_cannot_be_cut_is_not<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let (waiting, go) = (Event::new(), Event::new());
            let shielded = {
                let (backend, waiting, go) = (backend.clone(), waiting.clone(), go.clone());
                group.spawn(async move {
                    backend.shield(async { waiting.set() }).await;
                    backend.shield(go.wait()).await;
                    Ok(7)
                })
            };
            waiting.wait().await;
            shielded.cancel();
            go.set();
            let ended = group.spawn(async { Ok(8) });
            eventually!("a child without a wait ends", ended.is_finished());
            ended.cancel();
            Ok((shielded.await.ok(), ended.await.ok()))
        })
        .await;
    assert_eq!(result, Ok((Some(7), Some(8))), "children that were cancelled too late");
}

/// The failure of a sibling is reported alone, also if the child was cancelled for its own sake.
async fn among_failures<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B, &'static str>| {
            let alone = group.spawn(pending::<()>());
            alone.cancel();
            let end = alone.await;
            assert!(matches!(end, Err(TaskError::Cancelled(_))), "the handle gave {end:?}");
            group.spawn(async { Err::<(), _>("out of paper") });
            pending::<()>().await;
        })
        .await;
    assert!(
        matches!(&result, Err(GroupError::Failed(all)) if **all == ["out of paper"]),
        "a child cancelled by its handle and a failing one: the group gave {result:?}"
    );
}
