//! X2: who waits for the children of a group whose future is dropped.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};
use std::thread;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::{Fate, Owned};
use crate::laws::tools::{Event, both, eventually, lock, step};
use crate::support::{Flag, Group, Log, Marker, boom, catch, describe, join, on_drop, turns};

pub(super) fn x2<B: Backend + Toplevel>(backend: &B) {
    backend.run(by_the_enclosing_group(backend));
    backend.run(by_the_nearest_group_that_lives(backend));
    backend.run(by_the_group_around_a_child(backend));
    by_run(backend);
    by_run_after_a_panic(backend);
    backend.run(the_first_panic_resumes(backend));
    run_resumes_a_panic(backend);
    backend.run(without_anyone(backend));
}

/// The group is polled to its end while the adopted child still lives, and must not end.
async fn by_the_enclosing_group<B: Backend>(backend: &B) {
    let fate = Fate::default();
    let _release = fate.release.guard();
    let (log, body_ended) = (fate.log.clone(), Event::new());
    let mut enclosing = Box::pin(backend.task_group(|_: Group<B>| async {
        let mut dropped = fate.group(backend, || ());
        assert!(step(&mut dropped).await.is_pending(), "a group ended before its child");
        fate.shielded.wait().await;
        drop(dropped);
        body_ended.set();
    }));
    eventually!("the body of the enclosing group ends", {
        let poll = step(&mut enclosing).await;
        assert!(poll.is_pending(), "a group ended before a child that it adopted");
        body_ended.is_set()
    });
    for _ in 0..20 {
        let poll = step(&mut enclosing).await;
        assert!(poll.is_pending(), "a group ended before a child that it adopted");
        turns(1).await;
    }
    fate.release.set();
    let result = enclosing.await;
    log.note("enclosing group");
    assert_eq!(result, Ok(()), "the enclosing group, whose body finished");
    let order = ["cancelled", "child is gone", "enclosing group"];
    assert_eq!(log.entries(), order, "the enclosing group must return last");
}

/// Groups in groups are dropped together, or one after the other; the outermost one lives on.
async fn by_the_nearest_group_that_lives<B: Backend>(backend: &B) {
    for one_by_one in [false, true] {
        let fate = Fate::default();
        let log = fate.log.clone();
        let inner = fate.clone();
        let result = backend
            .task_group(|_: Group<B>| async {
                let fate = inner;
                let _release = fate.release.guard();
                let (middle, shielded) = (backend.clone(), fate.shielded.clone());
                let mut innermost = fate.group(backend, || ());
                let mut dropped = Box::pin(middle.task_group(|_: Group<B>| async {
                    assert!(step(&mut innermost).await.is_pending(), "ended before its child");
                    shielded.wait().await;
                    if one_by_one {
                        drop(innermost);
                    } else {
                        innermost.await;
                    }
                    pending::<()>().await;
                }));
                eventually!("the innermost child begins", {
                    let poll = step(&mut dropped).await;
                    assert!(poll.is_pending(), "a group ended before its body");
                    fate.shielded.is_set()
                });
                assert!(step(&mut dropped).await.is_pending(), "a group ended before its body");
                drop(dropped);
                log.note("dropped");
                fate.release.set();
            })
            .await;
        fate.log.note("enclosing group");
        assert_eq!(result, Ok(()), "the enclosing group, whose body finished");
        let order = ["dropped", "cancelled", "child is gone", "enclosing group"];
        assert_eq!(fate.log.entries(), order, "dropped one by one: {one_by_one}");
    }
}

/// A child of the live group drops a group in its own task; so does a scope around it.
async fn by_the_group_around_a_child<B: Backend>(backend: &B) {
    let fate = Fate::default();
    let (child, inside) = (backend.clone(), fate.clone());
    let result = backend
        .task_group(|group: Group<B>| {
            group.spawn(async move {
                let _release = inside.release.guard();
                let body = async {
                    let mut dropped = inside.group(&child, || ());
                    assert!(step(&mut dropped).await.is_pending(), "ended before its child");
                    inside.shielded.wait().await;
                };
                let _ = child.cancel_scope().run(body).await;
                inside.log.note("owner ends");
            });
            async {}
        })
        .await;
    fate.log.note("enclosing group");
    assert_eq!(result, Ok(()), "the enclosing group");
    let order = ["owner ends", "cancelled", "child is gone", "enclosing group"];
    assert_eq!(fate.log.entries(), order, "the group around the owner must return last");
}

/// Polls a group, drops it, and ends only then what lets its child end.
async fn leave_behind<B: Backend>(backend: B, fate: Fate, last: fn()) {
    // The very last thing that this future does.
    let _release = fate.release.guard();
    let mut dropped = fate.group(&backend, last);
    assert!(step(&mut dropped).await.is_pending(), "a group ended before its child");
    fate.shielded.wait().await;
    drop(dropped);
    fate.log.note("root ends");
}

fn by_run<B: Backend + Toplevel>(backend: &B) {
    let fate = Fate::default();
    backend.run(leave_behind(backend.clone(), fate.clone(), || ()));
    fate.log.note("run");
    let order = ["root ends", "cancelled", "child is gone", "run"];
    assert_eq!(fate.log.entries(), order, "`run` must return after the tasks that it adopted");
}

fn by_run_after_a_panic<B: Backend + Toplevel>(backend: &B) {
    let fate = Fate::default();
    let inside = fate.clone();
    let result = catch_unwind(AssertUnwindSafe(|| {
        backend.run(async {
            leave_behind(backend.clone(), inside, || ()).await;
            boom(Marker(1));
        });
    }));
    fate.log.note("run");
    let order = ["root ends", "cancelled", "child is gone", "run"];
    assert_eq!(fate.log.entries(), order, "`run` must wait though its future panicked");
    assert_marker(result, 1, "`run`, whose future panicked");
}

fn assert_marker<T>(result: Result<T, Box<dyn std::any::Any + Send>>, marker: u32, what: &str) {
    match result {
        Ok(_) => panic!("{what}: no panic resumed"),
        Err(payload) => assert_eq!(
            payload.downcast_ref(),
            Some(&Marker(marker)),
            "{what} resumed {}",
            describe(&*payload)
        ),
    }
}

/// Two adopted children panic, the second one only after the first has ended.
async fn the_first_panic_resumes<B: Backend>(backend: &B) {
    let (started, release) = (Log::new(), Event::new());
    let first_ended = Flag::new();
    let enclosing = backend.task_group(|_: Group<B>| async {
        let _release = release.guard();
        let mut dropped = Box::pin(backend.task_group(|group: Group<B>| {
            let first = {
                let (backend, started) = (backend.clone(), started.clone());
                let release = release.clone();
                group.spawn(async move {
                    started.note("first");
                    backend.shield(release.wait()).await;
                    boom(Marker(1));
                })
            };
            let (backend, started) = (backend.clone(), started.clone());
            let first_ended = first_ended.clone();
            group.spawn(async move {
                let first = first;
                started.note("second");
                backend
                    .shield(async {
                        eventually!("the first of two adopted children ends", first.is_finished());
                        turns(50).await;
                    })
                    .await;
                first_ended.raise();
                boom(Marker(2));
            });
            async {}
        }));
        assert!(step(&mut dropped).await.is_pending(), "a group ended before its children");
        eventually!("both children begin", started.entries().len() == 2);
        drop(dropped);
    });
    let result = catch(enclosing).await;
    assert!(first_ended.is_up(), "the group ended before its second child");
    assert_marker(result, 1, "the enclosing group of two adopted children");
}

fn run_resumes_a_panic<B: Backend + Toplevel>(backend: &B) {
    for destructor in [false, true] {
        let fate = Fate::default();
        let last: fn() = if destructor { || () } else { || boom(Marker(7)) };
        let (inside, on_thread) = (fate.clone(), backend.clone());
        let result = catch_unwind(AssertUnwindSafe(|| {
            backend.run(async move {
                if !destructor {
                    leave_behind(on_thread, inside, last).await;
                    return;
                }
                let child = on_thread.clone();
                let fate = inside.clone();
                let mut dropped: Owned = Box::pin(async move {
                    let ended = on_thread.task_group(|group: Group<B>| {
                        group.spawn(async move {
                            let _gone = fate.gone.guard();
                            let _panics = on_drop(|| boom(Marker(7)));
                            fate.shielded.set();
                            child.sleep(std::time::Duration::MAX).await;
                        });
                        async {}
                    });
                    let _ = ended.await;
                });
                assert!(step(&mut dropped).await.is_pending(), "ended before its child");
                inside.shielded.wait().await;
            });
        }));
        assert!(fate.gone.is_set(), "`run` returned before an adopted child ended");
        assert_marker(result, 7, "`run`, which adopted a child that panicked");
    }
}

/// On a thread without a root: dropping neither waits nor leaks.
async fn without_anyone<B: Backend>(backend: &B) {
    let fate = Fate::default();
    let _release = fate.release.guard();
    let (on_thread, inside) = (backend.clone(), fate.clone());
    let (polled, dropped) = (Event::new(), Event::new());
    let group = std::sync::Arc::new(std::sync::Mutex::new(None::<Owned>));
    let (slot, signal) = (group.clone(), polled.clone());
    join(thread::spawn(move || {
        let mut future = inside.group(&on_thread, || ());
        let poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll == Poll::Pending, "a group ended before its child");
        *lock(&slot) = Some(future);
        signal.set();
    }));
    both(polled.wait(), fate.shielded.wait()).await;
    let signal = dropped.clone();
    let future = lock(&group).take();
    join(thread::spawn(move || {
        drop(future);
        signal.set();
    }));
    assert!(!fate.gone.is_set(), "the drop waited for a child that cannot end yet");
    dropped.wait().await;
    fate.release.set();
    eventually!("a child without any group or root ends", fate.gone.is_set());
    assert_eq!(fate.log.entries(), ["cancelled", "child is gone"], "nobody waits, but cancelled");
}
