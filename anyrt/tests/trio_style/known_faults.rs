//! The faults that were found by running other crates: each has the program that showed it.
//!
//! Above each test stands the crate on which it fails, with the version that was tried.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use anyrt::channel::{bounded, unbounded};
use anyrt::{
    AnyBackend, CancelScope, InlineGroup, Readiness, Reason, StartError, TaskError, TaskGroup,
    sync::Semaphore,
};

use crate::support::{Event, Failing, HOUR, Log, MOMENT, bug, in_time, payload_of};

/// Polls once, with the waker of the task around it.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

/// `any_spawner` 0.3.0 on async-executor: it never runs.
#[anyrt::test(sim, seeds = 10)]
async fn fault_01_a_spawned_task_runs_though_nobody_awaits_it() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let ran = Event::new();
        let has_run = ran.clone();
        drop(group.spawn(async move { ran.set() }));
        has_run.wait().await;
    });
    assert_eq!(in_time(group).await, Ok(()));
}

/// agnostic-lite 0.7.0: it detaches on tokio and cancels on smol.
#[anyrt::test(sim, seeds = 10)]
async fn fault_02_dropping_a_handle_neither_cancels_nor_detaches() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        drop(group.spawn(async move {
            anyrt::yield_now().await;
            in_child.note("done");
        }));
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["done"]);
}

/// agnostic-lite 0.7.0: an error on one backend, a panic in the joiner on the other.
#[anyrt::test(sim, seeds = 10)]
async fn fault_02_joining_a_task_that_panicked_is_an_error() {
    let log = Log::default();
    let in_body = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async { bug("child") });
        let joined = anyrt::shield(async { child.await });
        if matches!(joined.await, Err(TaskError::Panicked(_))) {
            in_body.note("an error");
        }
    });
    assert_eq!(in_time(payload_of(group)).await.downcast_ref(), Some(&"child"));
    assert_eq!(log.entries(), ["an error"]);
}

/// moro 0.4.0: it aborts the process.
#[anyrt::test(sim, seeds = 10)]
async fn fault_03_a_panic_of_a_child_resumes_in_the_caller_of_the_group() {
    let group = anyrt::inline_group(|group: InlineGroup<'_>| async move {
        group.spawn(async { bug("borrowing child") });
        anyrt::sleep(HOUR).await;
    });
    assert_eq!(in_time(payload_of(group)).await.downcast_ref(), Some(&"borrowing child"));
}

/// kanal 0.1.1: the item is gone.
#[anyrt::test(sim, seeds = 10)]
async fn fault_04_an_item_whose_parked_recv_is_dropped_goes_to_the_next() {
    let (sender, receiver) = bounded(1);
    {
        let mut parked = pin!(receiver.recv());
        assert!(poll_once(parked.as_mut()).await.is_pending());
        sender.try_send("item").unwrap();
    }
    assert_eq!(in_time(receiver.recv()).await, Ok("item"));
}

/// flume 0.12 and kanal 0.1.1: it delivers all the same.
#[anyrt::test(sim, seeds = 10)]
async fn fault_05_a_send_that_is_dropped_when_a_place_is_free_delivers_nothing() {
    let (sender, receiver) = bounded(1);
    sender.try_send("first").unwrap();
    {
        let mut parked = pin!(sender.send("dropped"));
        assert!(poll_once(parked.as_mut()).await.is_pending());
        assert_eq!(receiver.try_recv(), Ok("first"));
    }
    sender.try_send("second").unwrap();
    assert_eq!(receiver.try_recv(), Ok("second"));
    assert!(receiver.try_recv().is_err());
}

/// flume 0.12: the sender is told that it went well.
#[anyrt::test(sim, seeds = 10)]
async fn fault_06_a_rendezvous_with_a_receiver_that_is_dropped_gives_the_item_back() {
    let (sender, receiver) = bounded(0);
    let mut send = pin!(sender.send("item"));
    {
        let mut recv = pin!(receiver.recv());
        assert!(poll_once(recv.as_mut()).await.is_pending());
        assert!(poll_once(send.as_mut()).await.is_pending());
    }
    drop(receiver);
    assert_eq!(in_time(send).await.unwrap_err().0, "item");
}

/// futures-channel and crossfire hold one item; tokio and async-channel panic.
#[anyrt::test(sim, seeds = 10)]
async fn fault_07_a_channel_of_capacity_0_holds_nothing() {
    let (sender, receiver) = bounded(0);
    let mut send = pin!(sender.send("item"));
    assert!(poll_once(send.as_mut()).await.is_pending());
    assert_eq!(sender.statistics().used, 0);
    assert_eq!(in_time(receiver.recv()).await, Ok("item"));
    assert!(in_time(send).await.is_ok());
}

/// tokio's `JoinSet` and `TaskTracker`: they run on.
#[anyrt::test(sim, seeds = 10)]
async fn fault_08_children_have_ended_when_their_parents_timeout_is_reported() {
    let log = Log::default();
    let guard = log.at_drop("child is dropped");
    let timed = anyrt::fail_after(
        MOMENT,
        anyrt::task_group(|group: TaskGroup| async move {
            group.spawn(async move {
                let _guard = guard;
                anyrt::sleep(HOUR).await;
            });
        }),
    );
    assert!(in_time(timed).await.is_err());
    assert_eq!(log.entries(), ["child is dropped"]);
}

/// tokio's `JoinSet` and `TaskTracker`: they run on.
#[anyrt::test(sim, seeds = 10)]
async fn fault_08_a_failure_ends_the_siblings_first() {
    let log = Log::default();
    let guard = log.at_drop("sibling is dropped");
    let group = anyrt::task_group(|group: Failing| async move {
        group.spawn(async move {
            let _guard = guard;
            anyrt::sleep(HOUR).await;
        });
        group.spawn(async { Err::<(), _>("failure") });
        Ok(())
    });
    assert_eq!(in_time(group).await.unwrap_err().failures(), ["failure"]);
    assert_eq!(log.entries(), ["sibling is dropped"]);
}

/// async-lock's `Semaphore`: who comes later barges in, and there is no `acquire_many`.
#[anyrt::test(sim, seeds = 10)]
async fn fault_09_permits_go_to_who_came_first_also_to_who_wants_many() {
    let semaphore = Semaphore::new(2);
    let one = semaphore.try_acquire().unwrap();
    let mut many = pin!(semaphore.acquire_many(2));
    assert!(poll_once(many.as_mut()).await.is_pending());
    let mut late = pin!(semaphore.acquire());
    assert!(poll_once(late.as_mut()).await.is_pending(), "one permit is free, but not for it");
    assert!(semaphore.try_acquire().is_err());
    drop(one);
    drop(in_time(many).await);
    drop(in_time(late).await);
}

/// The mutexes of tokio and mea: all later ones wait for ever.
///
/// A future that its owner no longer polls keeps its turn here, too; a child is always polled.
#[anyrt::test(sim, seeds = 10)]
async fn fault_10_a_child_gets_on_while_its_parent_waits_for_what_it_holds() {
    let semaphore = Arc::new(Semaphore::new(1));
    let held = semaphore.clone().try_acquire_owned().unwrap();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let in_child = semaphore.clone();
        let child = group.spawn(async move { drop(in_child.acquire().await) });
        while semaphore.statistics().waiting == 0 {
            anyrt::yield_now().await;
        }
        drop(held);
        drop(semaphore.acquire().await);
        child.await.unwrap();
    });
    assert_eq!(in_time(group).await, Ok(()));
}

/// `zksync_concurrency` 0.13: they run on, and read what is no longer there.
#[anyrt::test(sim, seeds = 10)]
async fn fault_11_children_that_borrow_stand_still_when_their_group_is_forgotten() {
    let polls = AtomicUsize::new(0);
    let mut group = Box::pin(anyrt::inline_group(|group: InlineGroup<'_>| {
        let polls = &polls;
        async move {
            group.spawn(async move {
                loop {
                    polls.fetch_add(1, Ordering::Relaxed);
                    anyrt::yield_now().await;
                }
            });
        }
    }));
    assert!(poll_once(group.as_mut()).await.is_pending());
    mem::forget(group);
    let before = polls.load(Ordering::Relaxed);
    assert!(before > 0);
    for _ in 0..10 {
        anyrt::yield_now().await;
    }
    assert_eq!(polls.load(Ordering::Relaxed), before);
}

/// `AnyIO` on asyncio: the error is lost.
#[anyrt::test(sim, seeds = 10)]
async fn fault_12_a_start_that_is_given_up_loses_no_failure() {
    let group = anyrt::task_group(|group: Failing| async move {
        let (running, go) = (Event::new(), Event::new());
        let (is_running, gone) = (running.clone(), go.clone());
        {
            let mut start = pin!(group.start(|ready: Readiness<(), _>| async move {
                let _ready = ready;
                anyrt::shield(async move {
                    running.set();
                    gone.wait().await;
                })
                .await;
                Err::<(), _>("failure")
            }));
            assert!(poll_once(start.as_mut()).await.is_pending());
            is_running.wait().await;
        }
        go.set();
        Ok(())
    });
    assert_eq!(in_time(group).await.unwrap_err().failures(), ["failure"]);
}

/// `AnyIO` on asyncio: it is polled again and again.
#[anyrt::test(sim, seeds = 10)]
async fn fault_12_a_cancelled_task_under_a_shield_is_not_polled_without_end() {
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = polls.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (running, go) = (Event::new(), Event::new());
        let (is_running, gone) = (running.clone(), go.clone());
        group.spawn(anyrt::shield(async move {
            running.set();
            let mut wait = pin!(gone.wait());
            poll_fn(|cx| {
                counted.fetch_add(1, Ordering::Relaxed);
                wait.as_mut().poll(cx)
            })
            .await;
        }));
        is_running.wait().await;
        group.cancel();
        anyrt::shield(async {
            for _ in 0..100 {
                anyrt::yield_now().await;
            }
        })
        .await;
        go.set();
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert!(polls.load(Ordering::Relaxed) < 10, "{polls:?} polls");
}

/// Trio: it deadlocks.
#[anyrt::test(sim, seeds = 10)]
async fn fault_13_cancelling_a_group_cancels_a_start_that_is_pending() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let in_child = group.clone();
        let start = group.start(|ready: Readiness<(), _>| async move {
            let _ready = ready;
            in_child.cancel();
            anyrt::sleep(HOUR).await;
        });
        Ok(matches!(anyrt::shield(start).await, Err(StartError::Cancelled(_))))
    });
    assert_eq!(in_time(group).await, Ok(true));
}

/// `AnyIO`: the cancellation is reported as a timeout.
#[anyrt::test(sim, seeds = 10)]
async fn fault_14_a_scope_that_was_cancelled_before_its_deadline_says_so_afterwards() {
    let deadline = anyrt::now() + MOMENT;
    let scope = CancelScope::new().with_deadline(deadline);
    let handle = scope.handle();
    let run = scope.run(async {
        handle.cancel_with("not needed");
        anyrt::shield(anyrt::sleep_until(deadline + MOMENT)).await;
        anyrt::checkpoint().await;
    });
    assert_eq!(in_time(run).await.unwrap_err().reason(), &Reason::from("not needed"));
}

/// sqlx, zbus and others: features that exclude one another broke who depended on two of them.
#[test]
fn fault_15_all_backends_are_there_at_once_and_each_answers_for_itself() {
    for backend in AnyBackend::available() {
        anyrt::run_on(&backend, async {
            assert_eq!(AnyBackend::current().unwrap().name(), backend.name());
            let (sender, receiver) = unbounded();
            let group = anyrt::task_group(|group: TaskGroup| async move {
                let name = || AnyBackend::current().unwrap().name();
                group.spawn(async move { sender.send(name()).await.unwrap() });
            });
            assert_eq!(in_time(group).await, Ok(()));
            assert_eq!(in_time(receiver.recv()).await, Ok(backend.name()));
        });
    }
    assert_eq!(AnyBackend::available().len(), 3);
}
