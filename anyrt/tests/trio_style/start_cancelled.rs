//! `start` whose caller, group or scope is cancelled.

use std::future::poll_fn;
use std::pin::pin;

use anyrt::{CancelScope, GroupError, Readiness, Reason, StartError, TaskGroup, TimedOut};

use crate::support::{Event, Failing, HOUR, Log, MOMENT, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_caller_joins_the_child_that_is_not_ready() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let scope = CancelScope::new();
            let handle = scope.handle();
            let started = scope.run(group.start(|ready: Readiness<(), _>| async move {
                let _ready = ready;
                let work = async {
                    handle.cancel();
                    anyrt::sleep(HOUR).await;
                };
                let cleanup = async {
                    anyrt::yield_now().await;
                    in_child.note("cleaned up");
                };
                anyrt::finally(work, cleanup).await;
            }));
            assert!(started.await.is_err());
            log.note("caller goes on");
            anyrt::checkpoint().await; // The group is not cancelled.
            Ok("body")
        }
    });
    assert_eq!(in_time(group).await, Ok("body"));
    assert_eq!(log.entries(), ["cleaned up", "caller goes on"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_caller_that_times_out_joins_the_child() {
    let log = Log::default();
    let (guard, in_child) = (log.at_drop("child is dropped"), log.clone());
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let started = anyrt::fail_after(
            MOMENT,
            group.start(|ready: Readiness<(), _>| async move {
                let _fields = (ready, guard);
                anyrt::sleep(HOUR).await;
            }),
        );
        assert_eq!(started.await.unwrap_err(), TimedOut::new());
        in_child.note("timed out");
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["child is dropped", "timed out"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn under_a_cancelled_scope_the_child_runs_to_its_first_checkpoint() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let scope = CancelScope::new();
        scope.handle().cancel();
        let started = scope.run(group.start(|ready| async move {
            in_child.note("entered");
            ready.started(());
            in_child.note("said so");
            anyrt::checkpoint().await;
            in_child.note("too far");
        }));
        Ok(started.await.is_err())
    });
    assert_eq!(in_time(group).await, Ok(true));
    assert_eq!(log.entries(), ["entered", "said so"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn after_it_is_ready_the_callers_scope_is_nothing_to_the_child() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (go, done) = (Event::new(), Event::new());
        let (gone, is_done) = (go.clone(), done.clone());
        let scope = CancelScope::new();
        let handle = scope.handle();
        let run = scope.run(async {
            let started = group.start(|ready| async move {
                ready.started(());
                gone.wait().await;
                anyrt::checkpoint().await;
                done.set();
            });
            started.await.unwrap();
            handle.cancel();
            anyrt::sleep(HOUR).await;
        });
        assert!(run.await.is_err());
        go.set();
        is_done.wait().await;
        Ok("ran on")
    });
    assert_eq!(in_time(group).await, Ok("ran on"));
}

#[anyrt::test(sim, seeds = 10)]
async fn after_it_is_ready_the_groups_cancellation_governs_the_child() {
    let log = Log::default();
    let guard = log.at_drop("child");
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let started = anyrt::shield(group.start(|ready| async move {
            let _guard = guard;
            ready.started(());
            anyrt::sleep(HOUR).await;
        }));
        started.await.unwrap();
        group.cancel();
        Ok("body")
    });
    assert_eq!(in_time(group).await, Ok("body"));
    assert_eq!(log.entries(), ["child"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_group_ends_the_pending_start_of_another_task() {
    let outer = anyrt::task_group(|outer: TaskGroup| async move {
        let pending = Event::new();
        let is_pending = pending.clone();
        let inner = anyrt::task_group(|inner: TaskGroup| async move {
            let target = inner.clone();
            let caller = outer.spawn(async move {
                let started = target.start(|ready: Readiness<(), _>| async move {
                    let _ready = ready;
                    pending.set();
                    anyrt::sleep(HOUR).await;
                });
                Ok(started.await)
            });
            is_pending.wait().await;
            inner.cancel_with("closing");
            Ok(caller)
        });
        let caller = inner.await.unwrap();
        match caller.await.unwrap() {
            Err(StartError::Cancelled(cancelled)) => Ok(cancelled.reason().clone()),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(in_time(outer).await, Ok(Reason::from("closing")));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_of_the_group_meanwhile_cuts_the_start() {
    let log = Log::default();
    let guard = log.at_drop("child");
    let group = anyrt::task_group(|group: Failing| async move {
        let pending = Event::new();
        let is_pending = pending.clone();
        group.spawn(async move {
            is_pending.wait().await;
            Err::<(), _>("sibling")
        });
        let started = group.start(|ready: Readiness<(), _>| async move {
            let _fields = (ready, guard);
            pending.set();
            anyrt::sleep(HOUR).await;
            Ok(())
        });
        let _ = started.await;
        anyrt::checkpoint().await;
        Ok(())
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["sibling"]));
    assert_eq!(log.entries(), ["child"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn the_failure_of_a_child_whose_caller_is_cancelled_goes_to_the_caller() {
    let group = anyrt::task_group(|group: Failing| async move {
        let scope = CancelScope::new();
        let handle = scope.handle();
        let started = scope.run(group.start(|ready: Readiness<(), _>| async move {
            let _ready = ready;
            handle.cancel();
            anyrt::shield(anyrt::yield_now()).await;
            Err::<(), _>("failure")
        }));
        let result = started.await;
        anyrt::checkpoint().await;
        Ok(result)
    });
    // The failure beats the cancellation, as in a group.
    assert_eq!(in_time(group).await, Ok(Ok(Err(StartError::Failed("failure")))));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_start_that_foreign_code_drops_leaves_its_child_to_the_group() {
    let group = anyrt::task_group(|group: Failing| async move {
        let (pending, dropped) = (Event::new(), Event::new());
        let (set_pending, is_dropped) = (pending.clone(), dropped.clone());
        {
            let mut started = pin!(group.start(|ready: Readiness<(), _>| async move {
                let _ready = ready;
                set_pending.set();
                anyrt::shield(is_dropped.wait()).await;
                Err::<(), _>("after the drop")
            }));
            let mut is_pending = pin!(pending.wait());
            poll_fn(|cx| {
                assert!(started.as_mut().poll(cx).is_pending());
                is_pending.as_mut().poll(cx)
            })
            .await;
        }
        dropped.set();
        Ok(())
    });
    let failures = in_time(group).await.map_err(GroupError::into_failures);
    assert_eq!(failures, Err(vec!["after the drop"]));
}
