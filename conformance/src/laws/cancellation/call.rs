//! C2, C3 and C8: the call itself, and when it comes to nothing.

use std::future::{Future, pending, ready};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use anyrt_core::error::Reason;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelHandle, Toplevel};

use crate::laws::tools::{Event, HOUR, Source, attempt, both, step};
use crate::support::{Count, Flag, Group, join, on_drop, turns};

pub(super) fn c2<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(the_first_reason_stays(backend, source));
    }
    backend.run(cannot_be_undone(backend));
    backend.run(many_threads(backend));
    backend.run(never_waits(backend));
    backend.run(from_a_waker_and_a_destructor(backend));
}

async fn the_first_reason_stays<B: Backend>(backend: &B, source: Source) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    source.cancel_with(backend, &handle, "first").await;
    handle.cancel_with("second".into());
    source.cancel(backend, &handle).await;
    let result = scope.run(backend.checkpoint()).await;
    match result {
        Ok(()) => panic!("a scope that was cancelled from {source:?} gave its value"),
        Err(cancelled) => assert_eq!(
            *cancelled.reason(),
            Reason::from("first"),
            "cancelled from {source:?}: the first reason must stay"
        ),
    }
    handle.cancel_with("after the end".into());
    assert!(handle.cancel_called() && handle.cancelled_caught(), "{handle:?}");
}

async fn cannot_be_undone<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let ran_on = Flag::new();
    let result = scope
        .run(async {
            handle.cancel_with("stays".into());
            handle.set_deadline(Some(backend.now() + HOUR));
            assert!(attempt(backend.checkpoint()).await.is_none(), "a deadline undid `cancel`");
            handle.set_deadline(None);
            assert!(attempt(backend.checkpoint()).await.is_none(), "no deadline undid `cancel`");
            handle.set_shield(true);
            assert!(attempt(backend.checkpoint()).await.is_none(), "its own shield undid `cancel`");
            handle.set_shield(false);
            assert!(handle.cancel_called(), "the handle forgot that it was cancelled: {handle:?}");
            backend.checkpoint().await;
            ran_on.raise();
        })
        .await;
    assert!(!ran_on.is_up(), "code after a cut checkpoint ran");
    let reason = result.map_err(|cancelled| cancelled.reason().clone());
    assert_eq!(reason, Err("stays".into()), "the scope's result");
}

/// Eight threads cancel at once, each many times, while tasks of the scope run.
async fn many_threads<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let waits = Event::new();
    let cancelling = async {
        waits.wait().await;
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let handle = handle.clone();
                thread::spawn(move || {
                    for call in 0..50 {
                        handle.cancel_with(format!("{thread}.{call}").into());
                        assert!(handle.cancel_called(), "cancelled, but {handle:?}");
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(join);
    };
    let ended = Count::new();
    let tasks = backend.task_group(|group: Group<B>| async {
        let group = group;
        for _ in 0..4 {
            let (backend, guard) = (backend.clone(), ended.guard());
            group.spawn(async move {
                let _guard = guard;
                loop {
                    backend.checkpoint().await;
                }
            });
        }
        waits.set();
        pending::<()>().await;
    });
    let (result, ()) = both(scope.run(tasks), cancelling).await;
    assert_eq!(ended.get(), 0, "tasks of the scope still exist after it");
    match result {
        Ok(group) => panic!("the scope absorbed nothing; its group gave {group:?}"),
        Err(cancelled) => {
            let reason = cancelled.reason().to_string();
            assert!(reason.ends_with(".0"), "{reason} was nobody's first reason");
        }
    }
}

/// The task that is cancelled cannot end for now; the caller goes on all the same.
async fn never_waits<B: Backend>(backend: &B) {
    let release = Event::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut body = Box::pin(scope.run(backend.shield(release.wait())));
    assert!(step(&mut body).await.is_pending(), "the shield ended early");
    for source in Source::ALL {
        source.cancel(backend, &handle).await;
        assert!(step(&mut body).await.is_pending(), "the shield was cut");
    }
    release.set();
    assert_eq!(body.await, Ok(()), "no checkpoint follows the shield");
}

/// Cancels again from the waker that the first call wakes.
struct Again<H>(H, Count);

impl<H: CancelHandle> Wake for Again<H> {
    fn wake(self: Arc<Self>) {
        self.1.up();
        if self.1.get() > 1 {
            // Moving a deadline may wake, too.
            return;
        }
        self.0.cancel_with("from the waker".into());
        self.0.set_deadline(None);
        assert!(self.0.cancel_called(), "woken by `cancel`, but {:?}", self.0);
    }
}

async fn from_a_waker_and_a_destructor<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let dropped = Flag::new();
    let mut body = Box::pin(scope.run(async {
        let (handle, dropped) = (handle.clone(), dropped.clone());
        let _cancels = on_drop(move || {
            handle.cancel_with("from the destructor".into());
            dropped.raise();
        });
        backend.sleep(Duration::MAX).await;
    }));
    assert!(step(&mut body).await.is_pending(), "an endless sleep ended");
    let woken = Count::new();
    let waker = Waker::from(Arc::new(Again(handle.clone(), woken.clone())));
    let poll = body.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(poll.is_pending(), "an endless sleep ended");
    handle.cancel_with("first".into());
    assert!(woken.get() > 0, "`cancel` did not wake the task that waits in the scope");
    let reason = body.await.map_err(|cancelled| cancelled.reason().clone());
    assert!(dropped.is_up(), "the body was not dropped");
    assert_eq!(reason, Err("first".into()), "the scope's result");
}

pub(super) fn c3<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(no_checkpoint_follows(backend, source));
        backend.run(cancelled_during_the_last_wait(backend, source));
    }
    backend.run(cancelled_before_or_after(backend));
    backend.run(a_cancelled_child_ends_with_its_value(backend));
}

fn assert_not_caught<H: CancelHandle>(handle: &H, context: &str) {
    assert!(handle.cancel_called(), "{context}: `cancel` was called: {handle:?}");
    assert!(!handle.cancelled_caught(), "{context}: nothing was cut: {handle:?}");
}

async fn no_checkpoint_follows<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let outer = backend.cancel_scope();
    let inner = backend.cancel_scope();
    let (outside, inside) = (outer.handle(), inner.handle());
    let result = outer
        .run(async {
            let value = inner
                .run(async {
                    source.cancel(backend, &inside).await;
                    source.cancel(backend, &outside).await;
                    // None of these is a checkpoint, although all are awaited.
                    let one = backend.shield(ready(1)).await;
                    let two = backend.cancel_scope().run(ready(2)).await;
                    let group = backend.task_group(|_: Group<B>| async { Ok(3) }).await;
                    let four = backend.move_on_after(HOUR, ready(4)).await;
                    (one, two, group, four)
                })
                .await;
            (value, 5)
        })
        .await;
    let expected = Ok((Ok((1, Ok(2), Ok(3), Some(4))), 5));
    assert_eq!(result, expected, "{context}: no checkpoint followed");
    assert_not_caught(&inside, context);
    assert_not_caught(&outside, context);
}

/// The scope is cancelled while its body waits for what is about to come, and comes.
async fn cancelled_during_the_last_wait<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?} while it waits");
    let come = Event::new();
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut body = Box::pin(scope.run(async {
        come.wait().await;
        7
    }));
    assert!(step(&mut body).await.is_pending(), "{context}: it ended early");
    source.cancel(backend, &handle).await;
    come.set();
    assert_eq!(body.await, Ok(7), "{context}: the body was ready when it was polled next");
    assert_not_caught(&handle, context);
}

async fn cancelled_before_or_after<B: Backend>(backend: &B) {
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    handle.cancel();
    assert_eq!(scope.run(ready(7)).await, Ok(7), "cancelled before it ran, without a checkpoint");
    assert_not_caught(&handle, "cancelled before it ran");

    let scope = backend.cancel_scope();
    let handle = scope.handle();
    assert_eq!(scope.run(backend.checkpoint()).await, Ok(()), "nobody cancelled it");
    assert!(!handle.cancel_called(), "nobody cancelled it: {handle:?}");
    handle.cancel();
    assert!(!handle.cancelled_caught(), "cancelled after its end: {handle:?}");
    backend.checkpoint().await;
}

async fn a_cancelled_child_ends_with_its_value<B: Backend>(backend: &B) {
    let result = backend
        .task_group(|group: Group<B>| async move {
            let (started, go) = (Event::new(), Event::new());
            let child = {
                let (backend, started, go) = (backend.clone(), started.clone(), go.clone());
                group.spawn(async move {
                    started.set();
                    backend.shield(go.wait()).await;
                    Ok(7)
                })
            };
            started.wait().await;
            child.cancel();
            go.set();
            let value = child.await;
            assert!(matches!(value, Ok(7)), "cancelled, without a checkpoint: {value:?}");
        })
        .await;
    assert_eq!(result, Ok(()), "the group's result");
}

/// That a scope runs once is the type's: `run` takes it by value, and it cannot be cloned.
///
/// ```compile_fail,E0382
/// async fn twice<S: anyrt_core::CancelScope>(scope: S) {
///     let _ = scope.run(async {}).await;
///     let _ = scope.run(async {}).await;
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn copy<S: anyrt_core::CancelScope>(scope: S) -> (S, S) {
///     (scope.clone(), scope)
/// }
/// ```
pub(super) fn c8<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        let first = backend.cancel_scope();
        let second = backend.cancel_scope();
        let handle = first.handle();
        let same = first.handle();
        let mut run = Box::pin(first.run(backend.sleep(Duration::MAX)));
        assert!(step(&mut run).await.is_pending(), "an endless sleep ended");
        drop(run);
        handle.cancel();
        assert!(same.cancel_called(), "two handles of one scope differ: {handle:?}, {same:?}");
        assert!(!same.cancelled_caught(), "a scope that was dropped caught: {same:?}");
        let result = second.run(async { turns(2).await }).await;
        assert_eq!(result, Ok(()), "a scope that was dropped cancelled another one");
        assert!(!backend.is_cancelled(), "a scope that was dropped cancels its caller");
    });
}
