//! L2 and L5: how permits come back, and to whom.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Alarm, Event, HOUR, Source, attempt, eventually, past, step};
use crate::support::{Group, Marker, boom, catch, join};

pub(super) fn l2<B: Backend + Toplevel>(backend: &B) {
    backend.run(to_the_first_waiter(backend, false));
    backend.run(to_the_first_waiter(backend, true));
    backend.run(a_free_permit_for_which_somebody_waits(backend));
    backend.run(from_task_to_task(backend));
}

/// The permit is the waiter's from the release on, though it was not polled since.
async fn to_the_first_waiter<B: Backend>(backend: &B, on_thread: bool) {
    let permits = backend.semaphore(1);
    for _ in 0..3 {
        let Ok(held) = permits.try_acquire() else {
            panic!("nobody waits and nobody holds, but try_acquire fails")
        };
        let alarm = Alarm::new();
        let mut first = Box::pin(permits.acquire());
        assert!(alarm.step(&mut first).await.is_pending(), "acquired a permit that is held");
        if on_thread {
            join(thread::spawn(move || drop(held)));
        } else {
            drop(held);
        }
        assert!(alarm.rung() > 0, "a release did not wake the first waiter");
        assert_eq!(permits.available(), 0, "a promised permit is counted as free");
        assert!(permits.try_acquire().is_err(), "try_acquire took the first waiter's permit");
        let late = attempt(permits.acquire()).await;
        assert!(late.is_none(), "a newcomer took the first waiter's permit");
        let first = attempt(first).await;
        assert!(first.is_some(), "the first waiter did not get the permit that was released");
        assert!(permits.try_acquire().is_err(), "the only permit is held, but was given again");
    }
    assert_eq!(permits.available(), 1, "nobody holds a permit");
}

async fn a_free_permit_for_which_somebody_waits<B: Backend>(backend: &B) {
    let permits = backend.semaphore(1);
    let mut large = Box::pin(permits.acquire_many(2));
    assert!(step(&mut large).await.is_pending(), "acquired 2 of 1 permits");
    assert!(permits.try_acquire().is_err(), "try_acquire overtook a waiter for two permits");
    let late = attempt(permits.acquire()).await;
    assert!(late.is_none(), "a newcomer overtook a waiter for two permits");
    permits.add_permits(1);
    assert!(permits.try_acquire().is_err(), "try_acquire took a permit of the first waiter");
    let Some(both) = attempt(large).await else { panic!("2 permits, but not for the waiter") };
    assert!(permits.try_acquire().is_err(), "both permits are held");
    drop(both);
    let held = [permits.try_acquire().is_ok(), permits.try_acquire().is_ok()];
    assert_eq!(held, [true, true], "both permits came back");
}

/// A holder that releases and comes again at once does not keep the permit to itself.
async fn from_task_to_task<B: Backend>(backend: &B) {
    let permits = backend.semaphore(1);
    let waits = Event::new();
    let result = backend
        .task_group(|group: Group<B>| async move {
            let held = permits.acquire().await;
            let waiting = {
                let permits = permits.clone();
                crate::laws::tools::parked(&waits, async move { permits.acquire().await })
            };
            let child = group.spawn(async move { Ok(waiting.await) });
            waits.wait().await;
            drop(held);
            // Fails until the child has had the permit, and has given it back.
            assert!(
                permits.try_acquire().is_err() || child.is_finished(),
                "try_acquire took the permit of a task that waits"
            );
            let permit = child.await;
            assert!(permit.is_ok() && permits.try_acquire().is_err(), "the child's value holds it");
            drop(permit);
            assert!(permits.try_acquire().is_ok(), "the child's value was dropped");
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}

pub(super) fn l5<B: Backend + Toplevel>(backend: &B) {
    for source in Source::ALL {
        backend.run(by_a_cancelled_scope(backend, source));
    }
    backend.run(by_a_deadline(backend));
    backend.run(by_a_cancelled_child(backend));
    backend.run(by_a_panic(backend));
    by_a_panic_of_the_program(backend);
    backend.run(by_foreign_code(backend));
}

async fn by_a_cancelled_scope<B: Backend>(backend: &B, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let permits = backend.semaphore(3);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut holding = Box::pin(scope.run(async {
        let _one = permits.acquire().await;
        let _two = permits.acquire_many(2).await;
        backend.sleep(Duration::MAX).await;
    }));
    assert!(step(&mut holding).await.is_pending(), "{context}: an endless sleep ended");
    let alarm = Alarm::new();
    let mut waiting = Box::pin(permits.acquire_many(3));
    assert!(alarm.step(&mut waiting).await.is_pending(), "{context}: acquired what is held");
    source.cancel(backend, &handle).await;
    assert!(holding.await.is_err(), "{context}: an endless sleep was not cut");
    assert!(alarm.rung() > 0, "{context}: the waiter for what was held was not woken");
    assert!(attempt(waiting).await.is_some(), "{context}: the permits did not come back");
    assert_eq!(permits.available(), 3, "{context}: so many permits came back");
}

async fn by_a_deadline<B: Backend>(backend: &B) {
    let permits = backend.semaphore(1);
    let result = backend.move_on_at(past(backend), async {
        let Ok(_permit) = permits.try_acquire() else { panic!("nobody holds the permit") };
        backend.sleep(HOUR).await;
    });
    assert_eq!(result.await, None, "a past deadline");
    assert_eq!(permits.available(), 1, "a holder that a deadline cut kept its permit");
}

async fn by_a_cancelled_child<B: Backend>(backend: &B) {
    for by_handle in [false, true] {
        let permits = backend.semaphore(2);
        let holds = Event::new();
        let (child, held, holding) = (backend.clone(), permits.clone(), holds.clone());
        let free = permits.clone();
        let result = backend
            .task_group(|group: Group<B>| async move {
                let child = group.spawn(async move {
                    let _permit = held.acquire_many(2).await;
                    holding.set();
                    child.sleep(Duration::MAX).await;
                });
                holds.wait().await;
                assert_eq!(free.available(), 0, "a child holds both permits");
                if by_handle {
                    child.cancel();
                    eventually!("a cancelled child ends", child.is_finished());
                    assert_eq!(free.available(), 2, "a cancelled child kept its permits");
                } else {
                    group.cancel();
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group's body finished");
        assert_eq!(permits.available(), 2, "a cancelled child kept its permits");
    }
}

/// The holder panics, and so do those with a permit in the same task.
async fn by_a_panic<B: Backend>(backend: &B) {
    let permits = backend.semaphore(3);
    let holds = Event::new();
    let group = backend.task_group(|group: Group<B>| {
        let (mine, holding) = (permits.clone(), holds.clone());
        group.spawn(async move {
            let _permit = mine.acquire().await;
            holding.wait().await;
            boom(Marker(1));
        });
        let (mine, holding) = (permits.clone(), holds.clone());
        group.spawn(async move {
            let _permit = mine.acquire().await;
            holding.set();
            pending::<()>().await;
        });
        let body = permits.clone();
        async move {
            let _permit = body.acquire().await;
            pending::<()>().await;
        }
    });
    let result = catch(group).await;
    assert!(result.is_err(), "the panic of a child did not resume in the group's caller");
    assert_eq!(permits.available(), 3, "after a panic so many permits came back");
    let result = catch(async {
        let _permit = permits.acquire().await;
        backend.cancel_scope().run(async { boom(Marker(2)) }).await
    });
    assert!(result.await.is_err(), "a panic in a scope did not go on");
    assert_eq!(permits.available(), 3, "after a panic in a scope so many permits came back");
}

fn by_a_panic_of_the_program<B: Backend + Toplevel>(backend: &B) {
    let permits = backend.semaphore(1);
    let result = catch_unwind(AssertUnwindSafe(|| {
        backend.run(async {
            let _permit = permits.acquire().await;
            boom(Marker(3));
        });
    }));
    assert!(result.is_err(), "the panic of the program did not resume");
    assert_eq!(permits.available(), 1, "a program that panicked kept its permit");
}

async fn by_foreign_code<B: Backend>(backend: &B) {
    let permits = backend.semaphore(2);
    let mut holding = Box::pin(async {
        let _permit = permits.acquire_many(2).await;
        pending::<()>().await;
    });
    assert!(step(&mut holding).await.is_pending(), "an endless wait ended");
    assert_eq!(permits.available(), 0, "both permits are held");
    drop(holding);
    assert_eq!(permits.available(), 2, "a future that was dropped kept its permits");
}
