//! F2: a loop that never has to wait gives way all the same.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use anyrt_core::error::TryRecvError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{HOUR, past, poll_raw};
use crate::support::{Group, join};

/// So many operations in a row without giving way are a loop that starves others.
const MANY: usize = 100_000;

pub(super) fn f2<B: Backend + Toplevel>(backend: &B) {
    backend.run(permits_give_way(backend));
    backend.run(channels_give_way(backend));
    backend.run(nested_operations_give_way(backend));
    backend.run(others_get_their_turn(backend));
    backend.run(acquire_gives_way_before_it_commits(backend));
    backend.run(channels_give_way_before_they_commit(backend));
    backend.run(a_child_gives_way(backend));
    on_a_thread_without_a_frame(backend);
}

/// Runs `operation` many times in a task, and looks whether that ever gives way.
async fn gives_way<F: Future>(what: &str, mut operation: impl FnMut() -> F) {
    let mut done = 0;
    let mut polls = 0;
    let mut looping = Box::pin(async {
        for _ in 0..MANY {
            operation().await;
            done += 1;
        }
    });
    while poll_raw(&mut looping).await.0.is_pending() {
        polls += 1;
        if polls >= 3 {
            break;
        }
        crate::support::turns(1).await;
    }
    drop(looping);
    assert!(polls > 0, "{what}: {MANY} operations ran in one poll; others starve meanwhile");
    assert!(polls >= 3, "{what}: it gave way only {polls} times in {MANY} operations");
    assert!(done > 0, "{what}: it gave way {polls} times, but did nothing in between");
}

async fn permits_give_way<B: Backend>(backend: &B) {
    let permits = &backend.semaphore(3);
    gives_way("acquire and release", || async { drop(permits.acquire().await) }).await;
    gives_way("acquire_many", || async { drop(permits.acquire_many(2).await) }).await;
    gives_way("checkpoint", || backend.checkpoint()).await;
    gives_way("a sleep until the past", || backend.sleep_until(past(backend))).await;
    gives_way("a sleep of no time", || backend.sleep(Duration::ZERO)).await;
}

async fn channels_give_way<B: Backend>(backend: &B) {
    for (kind, (sender, receiver)) in
        [("bounded", &backend.bounded(4)), ("unbounded", &backend.unbounded())]
    {
        let receives = || async {
            assert_eq!(sender.try_send(1), Ok(()), "{kind}: room for an item");
            receiver.recv().await
        };
        gives_way(&format!("{kind} recv of what is there"), receives).await;
        while receiver.try_recv().is_ok() {}
        let sends = || async {
            let sent = sender.send(1).await;
            assert_eq!((sent, receiver.try_recv()), (Ok(()), Ok(1)), "{kind}: room for an item");
        };
        gives_way(&format!("{kind} send with room"), sends).await;
        sender.close();
        gives_way(&format!("{kind} recv after the end"), || receiver.recv()).await;
        gives_way(&format!("{kind} send after the end"), || sender.send(1)).await;
    }
}

/// A scope, a shield or a group around each operation does not make the budget new.
async fn nested_operations_give_way<B: Backend>(backend: &B) {
    let permits = &backend.semaphore(1);
    let one = || async { drop(permits.acquire().await) };
    gives_way("acquire in a scope", || backend.cancel_scope().run(one())).await;
    gives_way("acquire in a shield", || backend.shield(one())).await;
    gives_way("acquire with a timeout", || backend.move_on_after(HOUR, one())).await;
    gives_way("acquire in a group", || backend.task_group(|_: Group<B>| one())).await;
    gives_way("acquire in a scope in a scope", || {
        backend.cancel_scope().run(backend.cancel_scope().run(one()))
    })
    .await;
}

/// More busy tasks than threads, and one that comes last and wants one turn.
async fn others_get_their_turn<B: Backend>(backend: &B) {
    let busy = 2 * thread::available_parallelism().map_or(2, usize::from) + 2;
    let had_its_turn = Arc::new(AtomicBool::new(false));
    let gave_up = Arc::new(AtomicUsize::new(0));
    let result = backend
        .task_group(|group: Group<B>| {
            for _ in 0..busy {
                let (permits, gave_up) = (backend.semaphore(1), gave_up.clone());
                let had_its_turn = had_its_turn.clone();
                group.spawn(async move {
                    for _ in 0..10 * MANY {
                        drop(permits.acquire().await);
                        if had_its_turn.load(Ordering::Relaxed) {
                            return;
                        }
                    }
                    gave_up.fetch_add(1, Ordering::Relaxed);
                });
            }
            let had_its_turn = had_its_turn.clone();
            group.spawn(async move { had_its_turn.store(true, Ordering::Relaxed) });
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
    let gave_up = gave_up.load(Ordering::Relaxed);
    assert_eq!(gave_up, 0, "{gave_up} of {busy} busy tasks ended before another one had its turn");
}

async fn a_child_gives_way<B: Backend>(backend: &B) {
    let child = backend.clone();
    let result = backend
        .task_group(|group: Group<B>| {
            group.spawn(async move {
                permits_give_way(&child).await;
            });
            async {}
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}

async fn acquire_gives_way_before_it_commits<B: Backend>(backend: &B) {
    let permits = backend.semaphore(2);
    let mut yields = 0;
    for _ in 0..MANY {
        let mut acquiring = Box::pin(permits.acquire());
        if poll_raw(&mut acquiring).await.0.is_ready() {
            continue;
        }
        assert_eq!(permits.available(), 2, "an acquire gave way after it took its permit");
        for _ in 0..1000 {
            assert!(permits.try_acquire().is_ok(), "try_acquire has no budget, and no waiter");
        }
        drop(acquiring);
        assert_eq!(permits.available(), 2, "an acquire that gave way left with a permit");
        yields += 1;
        if yields == 3 {
            return;
        }
        crate::support::turns(1).await;
    }
    panic!("{MANY} acquires gave way {yields} times");
}

async fn channels_give_way_before_they_commit<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.unbounded();
    let mut yields = 0;
    for item in 0..MANY {
        let mut sending = Box::pin(sender.send(item));
        if poll_raw(&mut sending).await.0.is_pending() {
            let left = receiver.try_recv();
            assert_eq!(left, Err(TryRecvError::Empty), "a send gave way after it sent");
            drop(sending);
            let left = receiver.try_recv();
            assert_eq!(left, Err(TryRecvError::Empty), "a send that gave way left its item");
            assert_eq!(sender.try_send(item), Ok(()), "try_send has no budget");
            yields += 1;
        }
        let mut receiving = Box::pin(receiver.recv());
        match poll_raw(&mut receiving).await.0 {
            Poll::Ready(received) => assert_eq!(received, Ok(item), "the item that was sent"),
            Poll::Pending => {
                yields += 1;
                let left = receiver.try_recv();
                assert_eq!(left, Ok(item), "a recv gave way after it took its item");
            }
        }
        if yields >= 6 {
            return;
        }
    }
    panic!("{MANY} sends and receives gave way {yields} times");
}

/// On a thread that runs nothing of anyrt, each poll of which is made by hand.
fn on_a_thread_without_a_frame<B: Backend>(backend: &B) {
    let permits = backend.semaphore(1);
    let (polls, done) = join(thread::spawn(move || {
        let mut done = 0;
        let mut polls = 0;
        let mut looping = Box::pin(async {
            for _ in 0..MANY {
                drop(permits.acquire().await);
                done += 1;
            }
        });
        while looping.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            polls += 1;
            assert!(polls <= MANY, "a loop outside of a frame does not come on");
        }
        drop(looping);
        (polls, done)
    }));
    assert_eq!(done, MANY, "a loop outside of a frame came to its end");
    assert!(polls > 0, "outside of a frame {MANY} operations ran in one poll");
}
