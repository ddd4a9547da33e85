//! B: what the engine needs of a runtime: tasks, handles, other threads.

mod blocking;
pub(super) mod caller;
mod clock;
pub(super) mod dropped;
mod nested_run;
pub(super) mod network;
pub(super) mod unknown_thread;
mod wakes;

use std::fmt::Debug;
use std::future::{IntoFuture, pending};
use std::pin::pin;

use anyrt_core::error::{GroupError, Reason, TaskError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::law::Law;
use crate::laws::tools::eventually;
use crate::support::{
    Count, Flag, Group, Marker, boom, catch, describe, join, late, on_drop, poll_once,
};

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new("B1", "A spawned future runs, without anyone awaiting its handle.", b1),
        Law::new(
            "B2",
            "Awaiting a handle gives the value; of a task that panicked, `Panicked` with the \
             payload; of one cancelled, `Cancelled`; never a panic in the joiner.",
            |backend| {
                values(backend);
                failed_and_cancelled(backend);
                panicked_seen_before_the_group_resumes(backend);
                panicked_seen_after_the_group_resumed(backend);
            },
        ),
        Law::new("B3", "Dropping a handle means the same on every backend.", b3),
        Law::new(
            "B4",
            "A sleep never ends early; sleeps end in the order of their deadlines; 10,000 at once \
             all end.",
            clock::b4,
        ),
        Law::new(
            "B5",
            "`Duration::MAX` and past deadlines are fine: \"never\" and \"at the first checkpoint\".",
            clock::b5,
        ),
        Law::new("B6", "A task may be woken from any thread, also after it ended.", wakes::b6),
        Law::new(
            "B7",
            "`spawn_blocking` runs off the async threads and delivers value or panic; 64 sleeping \
             closures do not stall timers.",
            blocking::b7,
        ),
        Law::new(
            "B8",
            "`run` on a thread that is polling an anyrt future is a typed error or a panic that \
             says what to do, not a deadlock; from `blocking::run` it nests.",
            nested_run::b8,
        ),
        Law::new(
            "B9",
            "A handle of the backend works from a thread that the runtime does not know: spawn, \
             sleep, connect, listen.",
            unknown_thread::b9,
        ),
        Law::new(
            "B10",
            "The caller's line is what a bad `spawn` shows, through every layer.",
            caller::b10,
        ),
    ]
}

fn b1<B: Backend + Toplevel>(backend: &B) {
    let ran = Count::new();
    backend.run(async {
        let seen = backend.semaphore(0);
        let child = |group: &Group<B>| {
            let (ran, seen) = (ran.clone(), seen.clone());
            group.spawn(async move {
                ran.up();
                seen.add_permits(1);
            })
        };
        let result = backend
            .task_group(async |group: Group<B>| {
                let kept = child(&group);
                drop(child(&group));
                let (parent, ran, inner_seen) = (group.clone(), ran.clone(), seen.clone());
                group.spawn(async move {
                    parent.spawn(async move {
                        ran.up();
                        inner_seen.add_permits(1);
                    });
                });
                seen.acquire_many(3).await;
                // The body does not wait for this one at all.
                child(&group);
                drop(kept);
            })
            .await;
        assert!(result.is_ok(), "a group of plain children gave {result:?}");
    });
    assert_eq!(ran.get(), 4, "of 4 children that nobody awaited this many ran");
}

fn values<B: Backend + Toplevel>(backend: &B) {
    let result = backend.run(backend.task_group(async |group: Group<B>| {
        let early = group.spawn(async { Ok(vec![1, 2]) });
        let late = group.spawn(async { Ok("three".to_owned()) });
        eventually!("a child that gives a value ends", late.is_finished());
        Ok((early.await, late.await))
    }));
    match &result {
        Ok((Ok(early), Ok(late))) if early == &[1, 2] && late == "three" => {}
        other => panic!("two handles gave {other:?} instead of [1, 2] and \"three\""),
    }
}

fn failed_and_cancelled<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let mut seen = None;
        let mut kept = None;
        let result = backend
            .task_group(async |group: Group<B, &'static str>| {
                let alone = group.spawn(async { Ok(pending::<u8>().await) });
                alone.cancel();
                let alone = alone.await;
                assert!(
                    matches!(&alone, Err(TaskError::Cancelled(why)) if *why.reason() == Reason::Requested),
                    "the handle of a child that it cancelled gave {alone:?}"
                );
                kept = Some(group.spawn(async { Ok(pending::<u8>().await) }));
                let failing = group.spawn(async { Err::<(), _>("out of paper") });
                backend.shield(async { seen = Some(failing.await) }).await;
            })
            .await;
        assert!(
            matches!(seen, Some(Err(TaskError::Failed))),
            "the handle of a child that failed gave {seen:?}"
        );
        assert!(
            matches!(&result, Err(GroupError::Failed(all)) if **all == ["out of paper"]),
            "the group of a failing child gave {result:?}"
        );
        let kept = kept.expect("the body has run").await;
        assert!(
            matches!(kept, Err(TaskError::Cancelled(_))),
            "the handle of a sibling that the failure cancelled gave {kept:?}, after the group"
        );
    });
}

fn panicked_seen_before_the_group_resumes<B: Backend + Toplevel>(backend: &B) {
    let joined = Flag::new();
    let resumed = backend.run(backend.task_group(async |outer: Group<B>| {
        let told = backend.semaphore(0);
        let (handles, to_joiner) = backend.bounded(1);
        let joiner_joined = joined.clone();
        let tell = on_drop({
            let told = told.clone();
            move || told.add_permits(1)
        });
        outer.spawn(async move {
            let _tell = tell;
            let handle = to_joiner.recv().await.expect("the handle was sent");
            assert_panicked(&handle.await, Some(&Marker(7)));
            joiner_joined.raise();
        });
        let inner = catch(backend.task_group(async |group: Group<B>| {
            // The shield keeps the group waiting, so that the payload is still there.
            let sent = handles.try_send(group.spawn(async { boom(Marker(7)) }));
            assert!(sent.is_ok(), "an empty channel did not take the handle");
            backend.shield(told.acquire()).await;
        }));
        Ok(inner.await.map_err(|payload| describe(&*payload)))
    }));
    assert!(joined.is_up(), "a task that awaited the handle of a panicked child never got on");
    assert!(
        matches!(&resumed, Ok(Err(payload)) if *payload == describe(&Marker(7))),
        "a panicking child, and a joiner elsewhere, gave {resumed:?}"
    );
}

fn panicked_seen_after_the_group_resumed<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let mut kept = None;
        let resumed = catch(backend.task_group(async |group: Group<B>| {
            kept = Some(group.spawn(async { boom("out of paper") }));
            pending::<()>().await;
        }))
        .await;
        let payload = resumed.expect_err("the group of a panicked child ended normally");
        assert_eq!(describe(&*payload), "out of paper");
        let seen = kept.expect("the body has run").await;
        assert_panicked(&seen, None);
        assert!(
            matches!(&seen, Err(TaskError::Panicked(panic)) if panic.message() == "out of paper"),
            "the handle of a panicked child gave {seen:?}, after its group"
        );
    });
}

fn assert_panicked<T: Debug>(seen: &Result<T, TaskError>, payload: Option<&Marker>) {
    let Err(TaskError::Panicked(panic)) = seen else {
        panic!("the handle of a panicked child gave {seen:?}")
    };
    if payload.is_some() {
        panic.with_payload(|found| {
            let found = found.map(|found| found.downcast_ref());
            assert_eq!(found, Some(payload), "of a panicked child's payload the handle shows this");
        });
    }
}

fn b3<B: Backend + Toplevel>(backend: &B) {
    for way in ["before it ran", "while it waited", "while it was awaited", "after it ended"] {
        backend.run(async {
            let finished = Flag::new();
            let (gate, started) = (backend.semaphore(0), backend.semaphore(0));
            let opener = late({
                let gate = gate.clone();
                move || gate.add_permits(1)
            });
            let result = backend
                .task_group(async |group: Group<B>| {
                    let child = group.spawn({
                        let (gate, started) = (gate.clone(), started.clone());
                        let finished = finished.clone();
                        async move {
                            started.add_permits(1);
                            gate.acquire().await;
                            finished.raise();
                        }
                    });
                    if way != "before it ran" {
                        started.acquire().await;
                    }
                    if way == "after it ended" {
                        eventually!("a child whose gate opens ends", child.is_finished());
                    }
                    if way == "while it was awaited" {
                        let mut child = pin!(child.into_future());
                        let early = poll_once(child.as_mut()).await;
                        assert!(early.is_pending(), "a waiting child's handle gave {early:?}");
                    }
                })
                .await;
            assert!(
                finished.is_up(),
                "a handle dropped {way} cancelled or detached its child: the group gave {result:?} \
                 and the child had not finished"
            );
            assert!(result.is_ok(), "a handle dropped {way}: the group gave {result:?}");
            join(opener);
        });
    }
}
