//! S4: a shield that is raised and lowered while its scope runs.

use std::future::pending;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, CancelHandle, Toplevel};

use super::{racing, work};
use crate::laws::tools::{Alarm, Source, attempt, both, eventually, step};
use crate::support::{Count, Flag, Group, Log, join, turns};

pub(super) fn s4<B: Backend + Toplevel>(backend: &B) {
    for source in [Source::Within, Source::Thread] {
        // Where a group would be cut before its child could move anything.
        backend.run(raised_after_a_strike(backend, source));
    }
    for source in Source::ALL {
        backend.run(raised_before_a_strike(backend, source));
        for raised in [Raised::First, Raised::Cancelled] {
            backend.run(lowered_while_it_waits(backend, source, raised));
        }
        backend.run(lowered_over_a_tree(backend, source));
        backend.run(lowered_while_it_queues(backend, source));
        backend.run(without_a_cancellation(backend, source));
    }
    backend.run(it_is_no_count(backend));
    racing::s4(backend);
}

/// Moves a shield from one of three places, and comes back when that is done.
async fn set_shield<B: Backend, H: CancelHandle>(
    backend: &B,
    source: Source,
    handle: &H,
    shield: bool,
) {
    let handle = handle.clone();
    match source {
        Source::Within => handle.set_shield(shield),
        Source::Thread => join(thread::spawn(move || handle.set_shield(shield))),
        Source::Child => {
            let done = backend.task_group(|group: Group<B>| {
                group.spawn(async move { handle.set_shield(shield) });
                async {}
            });
            let done = done.await;
            assert!(done.is_ok(), "a group whose child only moved a shield gave {done:?}");
        }
    }
}

/// Cancelled already, but no checkpoint came yet: the shield protects all that follow.
async fn raised_before_a_strike<B: Backend>(backend: &B, source: Source) {
    let context = &format!("moved from {source:?}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, own) = (outer.handle(), inner.handle());
    let log = Log::new();
    let result = outer
        .run(async {
            let result = inner
                .run(async {
                    outside.cancel();
                    assert!(backend.is_cancelled(), "{context}: cancelled, without a shield");
                    set_shield(backend, source, &own, true).await;
                    work(backend).await;
                    log.note("worked");
                    set_shield(backend, source, &own, false).await;
                    assert!(backend.is_cancelled(), "{context}: cancelled, the shield is down");
                    set_shield(backend, source, &own, true).await;
                    work(backend).await;
                    log.note("worked again");
                    set_shield(backend, source, &own, false).await;
                    backend.checkpoint().await;
                    log.note("after the shield");
                })
                .await;
            drop(result);
            log.note("after the scope");
        })
        .await;
    assert_eq!(log.entries(), ["worked", "worked again"], "{context}");
    assert!(result.is_err() && outside.cancelled_caught(), "{context}: {outside:?}");
    assert!(!own.cancelled_caught() && !own.cancel_called(), "{context}: {own:?}");
}

/// Once a checkpoint was cut, it is too late for this task.
async fn raised_after_a_strike<B: Backend>(backend: &B, source: Source) {
    let context = &format!("raised from {source:?}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, own) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let result = outer
        .run(inner.run(async {
            outside.cancel();
            assert!(attempt(backend.checkpoint()).await.is_none(), "{context}: it was not cut");
            set_shield(backend, source, &own, true).await;
            let second = attempt(backend.checkpoint()).await;
            assert!(second.is_none(), "{context}: a shield undid what had struck");
            backend.checkpoint().await;
            after.raise();
        }))
        .await;
    assert!(!after.is_up(), "{context}: a shield undid what had struck");
    assert!(result.is_err() && outside.cancelled_caught(), "{context}: {outside:?}");
}

/// When a shield is raised around what waits already.
#[derive(Clone, Copy, Debug)]
enum Raised {
    /// Before the cancellation.
    First,
    /// After it, but before the task that waits has heard of it.
    Cancelled,
}

async fn lowered_while_it_waits<B: Backend>(backend: &B, source: Source, raised: Raised) {
    let context = &format!("moved from {source:?}, {raised:?}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, own) = (outer.handle(), inner.handle());
    let log = Log::new();
    let mut run = Box::pin(outer.run(inner.run(async {
        let _dropped = log.guard("dropped");
        backend.sleep(Duration::MAX).await;
        log.note("after the sleep");
    })));
    let alarm = Alarm::new();
    assert!(alarm.step(&mut run).await.is_pending(), "{context}: an endless sleep ended");
    match raised {
        Raised::First => {
            set_shield(backend, source, &own, true).await;
            outside.cancel();
        }
        Raised::Cancelled => {
            outside.cancel();
            set_shield(backend, source, &own, true).await;
        }
    }
    for _ in 0..3 {
        assert!(alarm.step(&mut run).await.is_pending(), "{context}: the shield did not protect");
        assert_eq!(log.entries(), [""; 0], "{context}: the shield did not protect");
        turns(1).await;
    }
    let before = alarm.rung();
    set_shield(backend, source, &own, false).await;
    assert!(alarm.rung() > before, "{context}: lowering the shield did not wake what waits");
    match alarm.step(&mut run).await {
        Poll::Ready(Err(_)) => {}
        other => panic!("{context}: when the shield was down, the outer scope gave {other:?}"),
    }
    assert_eq!(log.entries(), ["dropped"], "{context}: what waited is cut");
    assert!(outside.cancelled_caught() && !own.cancelled_caught(), "{context}: {own:?}");
}

/// Tasks and groups inside are protected, and then struck, all of them.
async fn lowered_over_a_tree<B: Backend>(backend: &B, source: Source) {
    const CHILDREN: usize = 8;
    let context = &format!("moved from {source:?}");
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, own) = (outer.handle(), inner.handle());
    let (alive, waiting, ran_on) = (Count::new(), Count::new(), Flag::new());
    let tree = backend.task_group(|group: Group<B>| {
        for child in 0..CHILDREN {
            let (backend, guard) = (backend.clone(), alive.guard());
            let (waiting, ran_on) = (waiting.clone(), ran_on.clone());
            group.spawn(async move {
                let _guard = guard;
                let waits = async {
                    waiting.up();
                    match child % 3 {
                        0 => backend.sleep(Duration::MAX).await,
                        1 => pending().await,
                        _ => drop(backend.semaphore(0).acquire().await),
                    }
                };
                if child % 2 == 0 {
                    let _ = backend.task_group(|_: Group<B>| waits).await;
                } else {
                    waits.await;
                }
                ran_on.raise();
            });
        }
        pending::<()>()
    });
    let moving = async {
        eventually!("all children wait", waiting.get() == CHILDREN);
        set_shield(backend, source, &own, true).await;
        outside.cancel();
        turns(20).await;
        assert_eq!(alive.get(), CHILDREN, "{context}: of the shielded children these are left");
        set_shield(backend, source, &own, false).await;
    };
    let (result, ()) = both(outer.run(inner.run(tree)), moving).await;
    assert!(result.is_err(), "{context}: the outer scope absorbed nothing");
    assert_eq!(alive.get(), 0, "{context}: children are left");
    assert!(!ran_on.is_up(), "{context}: a child ran on after its wait");
}

/// A waiter in a queue is served while the shield is up, and skipped once it is down.
async fn lowered_while_it_queues<B: Backend>(backend: &B, source: Source) {
    let context = &format!("moved from {source:?}");
    for lowered in [false, true] {
        let permits = backend.semaphore(0);
        let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
        let (outside, own) = (outer.handle(), inner.handle());
        let mut first = Box::pin(outer.run(inner.run(permits.acquire())));
        let mut next = Box::pin(permits.acquire());
        assert!(step(&mut first).await.is_pending(), "{context}: acquired what is not there");
        assert!(step(&mut next).await.is_pending(), "{context}: acquired what is not there");
        set_shield(backend, source, &own, true).await;
        outside.cancel();
        if lowered {
            set_shield(backend, source, &own, false).await;
        }
        permits.add_permits(1);
        let next = step(&mut next).await.is_ready();
        assert_eq!(next, lowered, "{context}, down: {lowered}: whether the next one was served");
        let first = first.await;
        assert_eq!(first.is_err(), lowered, "{context}, down: {lowered}: the first one was cut");
    }
}

async fn without_a_cancellation<B: Backend>(backend: &B, source: Source) {
    let scope = backend.cancel_scope();
    let own = scope.handle();
    let result = scope
        .run(async {
            for _ in 0..3 {
                set_shield(backend, source, &own, true).await;
                work(backend).await;
                set_shield(backend, source, &own, false).await;
                work(backend).await;
            }
            7
        })
        .await;
    assert_eq!(result, Ok(7), "a shield moved from {source:?}, and nobody cancelled");
    assert!(!own.cancel_called() && !own.cancelled_caught(), "{own:?}");
}

/// Raised twice it is up, and lowered once it is down; its own scope's `cancel` passes it.
async fn it_is_no_count<B: Backend>(backend: &B) {
    let (outer, inner) = (backend.cancel_scope(), backend.cancel_scope());
    let (outside, own) = (outer.handle(), inner.handle());
    let after = Flag::new();
    let result = outer
        .run(inner.run(async {
            own.set_shield(true);
            own.set_shield(true);
            outside.cancel();
            work(backend).await;
            own.set_shield(false);
            backend.checkpoint().await;
            after.raise();
        }))
        .await;
    assert!(result.is_err() && !after.is_up(), "a shield raised twice and lowered once is up");

    let scope = backend.cancel_scope();
    let own = scope.handle();
    let result = scope
        .run(async {
            own.set_shield(true);
            own.cancel();
            backend.checkpoint().await;
            after.raise();
        })
        .await;
    assert!(result.is_err() && !after.is_up(), "a scope's shield kept out its own `cancel`");
}
