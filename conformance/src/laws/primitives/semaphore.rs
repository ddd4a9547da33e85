//! P1, P2 and P4 for semaphores.

use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, Event, Source, attempt, eventually, parked, step};
use crate::support::{Count, Group, join};

pub(super) fn p1<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(a_cut_acquire_takes_nothing(backend, source));
        backend.run(nothing_goes_to_a_cancelled_waiter(backend, source));
        backend.run(a_cancelled_outer_scope_counts(backend, source));
    }
    backend.run(nothing_goes_to_a_cancelled_child(backend));
}

async fn a_cut_acquire_takes_nothing<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let permits = backend.semaphore(3);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let result = scope
        .run(async {
            source.cancel(backend, &handle).await;
            for count in [1, 2, 3, 4] {
                let permit = attempt(permits.acquire_many(count)).await;
                assert!(permit.is_none(), "{context}: a cut acquire_many({count}) completed");
                assert_eq!(permits.available(), 3, "{context}: it took something");
            }
            drop(permits.acquire().await);
        })
        .await;
    assert!(result.is_err(), "{context}: the scope gave a value");
    assert_eq!(permits.available(), 3, "{context}: the acquire that was cut took something");

    // Cut while it waits in the queue.
    let all = permits.acquire_many(3).await;
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut waiting = Box::pin(scope.run(permits.acquire_many(2)));
    assert!(step(&mut waiting).await.is_pending(), "{context}: acquired what is taken");
    source.cancel(backend, &handle).await;
    assert!(waiting.await.is_err(), "{context}: the waiting acquire was not cut");
    drop(all);
    assert_eq!(permits.available(), 3, "{context}: the waiting acquire took something");
    assert!(permits.try_acquire().is_ok(), "{context}: a waiter that was cut still waits");
}

async fn nothing_goes_to_a_cancelled_waiter<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}, not polled since");
    let permits = backend.semaphore(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cancelled = Box::pin(scope.run(permits.acquire()));
    let mut next = Box::pin(permits.acquire());
    assert!(step(&mut cancelled).await.is_pending(), "acquired what is not there");
    assert!(step(&mut next).await.is_pending(), "acquired what is not there");
    source.cancel(backend, &handle).await;
    permits.add_permits(1);
    let permit = attempt(next).await;
    assert!(permit.is_some(), "{context}: the permit was handed to the cancelled waiter");
    permits.add_permits(1);
    assert_eq!(permits.available(), 1, "{context}: the permit was promised to it");
    let second = permits.try_acquire();
    assert!(second.is_ok(), "{context}: it bars the way to a free permit");
    assert!(cancelled.await.is_err(), "{context}: it was not cut");
    drop((permit, second));
    assert_eq!(permits.available(), 2, "{context}: a permit is lost");
}

/// What counts is the scopes around the waiter, not only the innermost one.
async fn a_cancelled_outer_scope_counts<B: Backend>(backend: &B, source: Source) {
    let permits = backend.semaphore(0);
    let outer = backend.cancel_scope();
    let handle = outer.handle();
    let mut seen = Vec::new();
    {
        let plain = backend.cancel_scope().run(permits.acquire());
        let mut inside = Box::pin(outer.run(plain));
        assert!(step(&mut inside).await.is_pending(), "acquired what is not there");
        source.cancel(backend, &handle).await;
        permits.add_permits(1);
        seen.push(permits.available());
    }
    assert_eq!(seen, [1], "cancelled from {source:?}: promised to a waiter in an inner scope");

    let permits = backend.semaphore(0);
    let outer = backend.cancel_scope();
    let handle = outer.handle();
    let mut inside = Box::pin(outer.run(backend.shield(permits.acquire())));
    assert!(step(&mut inside).await.is_pending(), "acquired what is not there");
    source.cancel(backend, &handle).await;
    permits.add_permits(1);
    assert!(permits.try_acquire().is_err(), "a shielded waiter is not cancelled: it is first");
    assert!(inside.await.is_ok(), "a shielded waiter got no permit");
}

async fn nothing_goes_to_a_cancelled_child<B: Backend>(backend: &B) {
    for _ in 0..20 {
        let permits = backend.semaphore(0);
        let result = backend
            .task_group(|group: Group<B>| {
                let permits = permits.clone();
                async move {
                    let waits = [Event::new(), Event::new()];
                    let children = waits.each_ref().map(|waits| {
                        let permits = permits.clone();
                        let acquiring = parked(waits, async move { drop(permits.acquire().await) });
                        group.spawn(acquiring)
                    });
                    for waits in &waits {
                        waits.wait().await;
                    }
                    let [first, second] = children;
                    first.cancel();
                    permits.add_permits(1);
                    assert!(second.await.is_ok(), "the second child was not cancelled");
                    assert!(first.await.is_err(), "the first child got a permit after its cancel");
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group");
        assert_eq!(permits.available(), 1, "a permit is lost");
    }
}

pub(super) fn p2<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(polled_again_it_completes(backend, source));
        backend.run(not_polled_it_passes_on(backend, Some(source)));
    }
    backend.run(not_polled_it_passes_on(backend, None));
    backend.run(the_body_turned_to_something_else(backend));
}

async fn polled_again_it_completes<B: Backend>(backend: &B, source: Source) {
    let permits = backend.semaphore(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut granted = Box::pin(scope.run(permits.acquire_many(2)));
    assert!(step(&mut granted).await.is_pending(), "acquired what is not there");
    permits.add_permits(3);
    assert_eq!(permits.available(), 1, "two of three permits are promised");
    source.cancel(backend, &handle).await;
    let result = granted.await;
    assert!(result.is_ok(), "granted first, then cancelled from {source:?}: it was cut");
    drop(result);
    assert_eq!(permits.available(), 3, "a permit is lost");
}

async fn not_polled_it_passes_on<B: Backend>(backend: &B, cancelled: Option<Source>) {
    let context = &format!("granted, then cancelled from {cancelled:?} and dropped unpolled");
    let permits = backend.semaphore(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut granted = Box::pin(scope.run(permits.acquire_many(2)));
    let mut next = Box::pin(permits.acquire());
    let mut last = Box::pin(permits.acquire_many(2));
    assert!(step(&mut granted).await.is_pending(), "acquired what is not there");
    let alarms = [Alarm::new(), Alarm::new()];
    assert!(alarms[0].step(&mut next).await.is_pending(), "acquired what is not there");
    assert!(alarms[1].step(&mut last).await.is_pending(), "acquired what is not there");
    permits.add_permits(2);
    assert!(alarms[0].rung() == 0, "{context}: the next waiter was woken too early");
    assert!(alarms[0].step(&mut next).await.is_pending(), "{context}: granted twice");
    if let Some(source) = cancelled {
        source.cancel(backend, &handle).await;
    }
    drop(granted);
    assert!(alarms[0].rung() > 0, "{context}: the next waiter was not woken");
    let Some(permit) = attempt(next).await else {
        panic!("{context}: the next waiter got nothing");
    };
    assert!(step(&mut last).await.is_pending(), "{context}: one permit is not two");
    drop(permit);
    assert!(attempt(last).await.is_some(), "{context}: the last waiter got nothing");
    assert_eq!(permits.available(), 2, "{context}: a permit is lost");
}

/// The scope is polled again, but its body no longer polls the acquire that was granted.
async fn the_body_turned_to_something_else<B: Backend>(backend: &B) {
    let permits = backend.semaphore(0);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut body = Box::pin(scope.run(async {
        let mut acquiring = Box::pin(permits.acquire());
        assert!(step(&mut acquiring).await.is_pending(), "acquired what is not there");
        backend.sleep(Duration::MAX).await;
        drop(acquiring.await);
    }));
    assert!(step(&mut body).await.is_pending(), "an endless sleep ended");
    let mut next = Box::pin(permits.acquire());
    assert!(step(&mut next).await.is_pending(), "acquired what is not there");
    permits.add_permits(1);
    assert!(step(&mut next).await.is_pending(), "a permit was granted twice");
    handle.cancel();
    assert!(body.await.is_err(), "an endless sleep was not cut");
    assert!(attempt(next).await.is_some(), "granted, cut elsewhere: it did not pass on");
    assert_eq!(permits.available(), 1, "a permit is lost");
}

pub(super) fn p4<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(along_the_queue(backend, Some(source)));
    }
    backend.run(along_the_queue(backend, None));
    backend.run(a_large_waiter_goes(backend));
    backend.run(races_with_a_thread(backend));
}

/// One permit runs along a queue in which one waiter after the other gives up.
async fn along_the_queue<B: Backend>(backend: &B, cancel: Option<Source>) {
    let context = &format!("waiters cancelled from {cancel:?}");
    let permits = backend.semaphore(0);
    let mut waiters = Vec::new();
    for _ in 0..6 {
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let alarm = Alarm::new();
        let mut waiter = Box::pin(scope.run(permits.acquire()));
        assert!(alarm.step(&mut waiter).await.is_pending(), "acquired what is not there");
        waiters.push((waiter, handle, alarm));
    }
    permits.add_permits(1);
    let Some((last, _, last_alarm)) = waiters.pop() else { return };
    for (at, (waiter, handle, alarm)) in waiters.into_iter().enumerate() {
        assert!(alarm.rung() > 0, "{context}: waiter {at} was not woken in its turn");
        assert_eq!(last_alarm.rung(), 0, "{context}: the last waiter was woken before its turn");
        if let Some(source) = cancel {
            source.cancel(backend, &handle).await;
        }
        assert_eq!(permits.available(), 0, "{context}: a promised permit is counted as free");
        // Not polled since, so that it does not complete.
        drop(waiter);
    }
    assert!(last_alarm.rung() > 0, "{context}: the last waiter was not woken");
    assert!(last.await.is_ok(), "{context}: the last waiter was not cancelled");
    assert_eq!(permits.available(), 1, "{context}: the permit is lost");
}

/// A waiter for many permits goes; all who were behind it and fit are woken.
async fn a_large_waiter_goes<B: Backend>(backend: &B) {
    for source in [None, Some(Source::Within), Some(Source::Thread)] {
        let permits = backend.semaphore(3);
        let scope = backend.cancel_scope();
        let handle = scope.handle();
        let mut large = Box::pin(scope.run(permits.acquire_many(4)));
        assert!(step(&mut large).await.is_pending(), "acquired 4 of 3 permits");
        let mut small: Vec<_> = (0..4).map(|_| Box::pin(permits.acquire())).collect();
        let alarms: Vec<_> = (0..4).map(|_| Alarm::new()).collect();
        for (small, alarm) in small.iter_mut().zip(&alarms) {
            assert!(alarm.step(small).await.is_pending(), "overtook a waiter for many permits");
        }
        if let Some(source) = source {
            source.cancel(backend, &handle).await;
            assert!(large.await.is_err(), "a cancelled waiter gave a value");
        } else {
            drop(large);
        }
        let rung: Vec<_> = alarms.iter().map(|alarm| alarm.rung() > 0).collect();
        assert_eq!(rung, [true, true, true, false], "who was woken when the large one went");
        let mut held = Vec::new();
        for small in &mut small[..3] {
            match step(small).await {
                std::task::Poll::Ready(permit) => held.push(permit),
                std::task::Poll::Pending => panic!("woken, but there is no permit for it"),
            }
        }
        assert!(step(&mut small[3]).await.is_pending(), "a fourth permit of three");
        drop(held);
        assert!(attempt(small.remove(3)).await.is_some(), "the last waiter got nothing");
    }
}

/// Waiters are cancelled while another thread hands out permits: none may get stuck.
async fn races_with_a_thread<B: Backend>(backend: &B) {
    const WAITERS: usize = 6;
    for round in 0..30 {
        let permits = backend.semaphore(0);
        let served = Count::new();
        let result = backend
            .task_group(|group: Group<B>| {
                let (permits, served) = (permits.clone(), served.clone());
                async move {
                    let mut children = Vec::new();
                    for _ in 0..WAITERS {
                        let (permits, served, waits) =
                            (permits.clone(), served.clone(), Event::new());
                        let acquiring = async move {
                            drop(permits.acquire().await);
                            served.up();
                        };
                        children.push(group.spawn(parked(&waits, acquiring)));
                        waits.wait().await;
                    }
                    let thread = std::thread::spawn({
                        let permits = permits.clone();
                        move || permits.add_permits(1)
                    });
                    for child in children.iter().skip(round % 2).step_by(2) {
                        child.cancel();
                    }
                    join(thread);
                    // Each permit comes back, so all who were not cancelled get it in turn.
                    eventually!(
                        "every waiter is served or cut",
                        children.iter().all(anyrt_core::TaskHandle::is_finished)
                    );
                    assert!(served.get() >= WAITERS / 2, "only {} were served", served.get());
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group");
        assert_eq!(permits.available(), 1, "round {round}: the permit is lost or doubled");
    }
}
