//! X1: the children of a group whose future is dropped.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::thread;
use std::time::Duration;

use anyrt_core::error::{Reason, TaskError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::{Fate, Owned};
use crate::laws::tools::{Event, step};
use crate::support::{Count, Flag, Group, boom, catch, join, race};

pub(super) fn x1<B: Backend + Toplevel>(backend: &B) {
    for way in Way::ALL {
        backend.run(cancels_at_once(backend, way));
    }
    backend.run(every_child_and_theirs(backend));
    backend.run(what_the_handles_say(backend));
}

/// How foreign code comes to drop a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Plainly,
    InSelect,
    BehindAWrapper,
    InAScope,
    OnAThread,
    Unwinding,
    ByItsScope,
}

impl Way {
    const ALL: [Self; 7] = [
        Self::Plainly,
        Self::InSelect,
        Self::BehindAWrapper,
        Self::InAScope,
        Self::OnAThread,
        Self::Unwinding,
        Self::ByItsScope,
    ];

    /// Polls `future` until `begun`, and drops it before it ends.
    async fn poll_and_drop<B: Backend>(self, backend: &B, mut future: Owned, begun: Event) {
        let context = format!("{self:?}: the group ended before its child");
        match self {
            Self::Plainly => {
                assert!(step(&mut future).await.is_pending(), "{context}");
                begun.wait().await;
                drop(future);
            }
            Self::InSelect => {
                race(future.as_mut(), begun.wait()).await;
                drop(future);
            }
            Self::BehindAWrapper => {
                let mut wrapped = Box::pin(async move {
                    let mut inner = pin!(future);
                    poll_fn(move |cx| inner.as_mut().poll(cx)).await;
                });
                assert!(step(&mut wrapped).await.is_pending(), "{context}");
                begun.wait().await;
                drop(wrapped);
            }
            Self::InAScope => {
                let mut scope = Box::pin(backend.cancel_scope().run(future));
                assert!(step(&mut scope).await.is_pending(), "{context}");
                begun.wait().await;
                drop(scope);
            }
            Self::OnAThread => {
                assert!(step(&mut future).await.is_pending(), "{context}");
                begun.wait().await;
                join(thread::spawn(move || drop(future)));
            }
            Self::Unwinding => {
                let panics = catch(async move {
                    assert!(step(&mut future).await.is_pending(), "{context}");
                    begun.wait().await;
                    let _future = future;
                    boom("unwinds");
                });
                assert!(panics.await.is_err(), "a panic did not unwind");
            }
            Self::ByItsScope => {
                // The group's owner is cut while it does not poll the group (law S7).
                let scope = backend.cancel_scope();
                let handle = scope.handle();
                let result = scope
                    .run(async move {
                        assert!(step(&mut future).await.is_pending(), "{context}");
                        begun.wait().await;
                        handle.cancel();
                        backend.checkpoint().await;
                        drop(future);
                    })
                    .await;
                assert!(result.is_err(), "a cancelled scope gave {result:?}");
            }
        }
    }
}

/// The child sees the cancellation, though it is let out of its shield right after the drop.
async fn cancels_at_once<B: Backend>(backend: &B, way: Way) {
    let fate = Fate::default();
    let (body, ended) = (fate.clone(), backend.clone());
    let result = ended
        .task_group(|_: Group<B>| async move {
            let _release = body.release.guard();
            let group = body.group(backend, || ());
            way.poll_and_drop(backend, group, body.shielded.clone()).await;
            body.release.set();
            body.gone.wait().await;
        })
        .await;
    assert_eq!(result, Ok(()), "{way:?}: the enclosing group");
    let expected = ["cancelled", "child is gone"];
    assert_eq!(fate.log.entries(), expected, "{way:?}: a child after its group was dropped");
}

/// Many children, looping, sleeping and nested, are all cut, and no code of theirs runs on.
async fn every_child_and_theirs<B: Backend>(backend: &B) {
    let (alive, begun, ran_on) = (Count::new(), Count::new(), Flag::new());
    let result = backend
        .task_group(|_: Group<B>| async {
            let mut dropped = Box::pin(backend.task_group(|group: Group<B>| {
                for child in 0..12 {
                    let (backend, guard) = (backend.clone(), alive.guard());
                    let (begun, ran_on) = (begun.clone(), ran_on.clone());
                    group.spawn(async move {
                        let _guard = guard;
                        let waits = async {
                            begun.up();
                            if child % 2 == 0 {
                                backend.sleep(Duration::MAX).await;
                            } else {
                                loop {
                                    backend.checkpoint().await;
                                }
                            }
                        };
                        if child % 3 == 0 {
                            let nested = backend.task_group(|_: Group<B>| waits);
                            let _ = nested.await;
                        } else {
                            waits.await;
                        }
                        ran_on.raise();
                    });
                }
                async { backend.sleep(Duration::MAX).await }
            }));
            assert!(step(&mut dropped).await.is_pending(), "an endless sleep ended");
            crate::laws::tools::eventually!("all children began", begun.get() == 12);
            drop(dropped);
            crate::laws::tools::eventually!("all children are gone", alive.get() == 0);
        })
        .await;
    assert_eq!(result, Ok(()), "the enclosing group");
    assert!(!ran_on.is_up(), "a child ran on after its wait");
}

/// Whoever kept a handle learns that the child was cancelled, and why.
async fn what_the_handles_say<B: Backend>(backend: &B) {
    let mut handle = None;
    let mut dropped = Box::pin(backend.task_group(|group: Group<B>| {
        let child = backend.clone();
        handle = Some(group.spawn(async move { child.sleep(Duration::MAX).await }));
        async {}
    }));
    assert!(step(&mut dropped).await.is_pending(), "a group ended before its child");
    drop(dropped);
    let Some(handle) = handle else { panic!("a group that was polled did not call its closure") };
    let reason = match handle.await {
        Err(TaskError::Cancelled(cancelled)) => cancelled.reason().clone(),
        other => panic!("the handle of a child whose group was dropped gave {other:?}"),
    };
    assert_eq!(reason, Reason::Dropped, "why the child was cancelled");
}
