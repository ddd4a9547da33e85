//! Cleanup: `finally`, level-triggered cancellation, and bounded goodbyes.

use std::pin::pin;

use anyrt::sync::Semaphore;
use anyrt::{CancelScope, TaskGroup, channel};
use futures_util::poll;

use crate::support::{Event, HOUR, Log, MOMENT, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn every_operation_in_a_cancelled_scope_is_cut_also_those_that_need_not_wait() {
    let permits = Semaphore::new(3);
    let (sender, receiver) = channel::unbounded();
    sender.try_send("item").unwrap();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let run = scope.run(async {
        for _ in 0..3 {
            assert!(poll!(pin!(permits.acquire())).is_pending());
            assert!(poll!(pin!(receiver.recv())).is_pending());
            assert!(poll!(pin!(sender.send("lost"))).is_pending());
            assert!(poll!(pin!(anyrt::checkpoint())).is_pending());
            assert!(poll!(pin!(anyrt::sleep(std::time::Duration::ZERO))).is_pending());
        }
        anyrt::sleep(HOUR).await;
    });
    assert!(in_time(run).await.is_err());
    assert_eq!(permits.available(), 3);
    assert_eq!(receiver.try_recv(), Ok("item"));
    assert!(receiver.try_recv().is_err());
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cleanup_runs_once_whatever_became_of_the_work() {
    let log = Log::default();
    let cleanup = |event| {
        let log = &log;
        async move {
            anyrt::yield_now().await;
            log.note(event);
        }
    };
    assert_eq!(in_time(anyrt::finally(async { 1 }, cleanup("value"))).await, 1);
    let failing = anyrt::finally(async { Err::<(), _>("failure") }, cleanup("error"));
    assert_eq!(in_time(failing).await, Err("failure"));
    let scope = CancelScope::new();
    scope.handle().cancel();
    let cut = scope.run(anyrt::finally(anyrt::sleep(HOUR), cleanup("cancellation")));
    assert!(in_time(cut).await.is_err());
    assert_eq!(log.entries(), ["value", "error", "cancellation"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn nested_cleanups_run_from_the_inside_out_after_the_destructors_of_the_work() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let work = async {
        let _guard = log.at_drop("work is dropped");
        handle.cancel();
        anyrt::sleep(HOUR).await;
    };
    let cleanup = |event| {
        let log = &log;
        async move {
            anyrt::yield_now().await;
            log.note(event);
        }
    };
    let nested = anyrt::finally(anyrt::finally(work, cleanup("inner")), cleanup("outer"));
    assert!(in_time(scope.run(nested)).await.is_err());
    assert_eq!(log.entries(), ["work is dropped", "inner", "outer"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_group_as_work_has_ended_before_the_cleanup() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = log.clone();
        async move {
            group.spawn(async move {
                let work = async {
                    handle.cancel();
                    anyrt::sleep(HOUR).await;
                };
                let cleanup = async {
                    anyrt::sleep(MOMENT).await;
                    log.note("child's cleanup");
                };
                anyrt::finally(work, cleanup).await;
            });
            anyrt::sleep(HOUR).await;
        }
    });
    let session = anyrt::finally(group, async { log.note("session's cleanup") });
    assert!(in_time(scope.run(session)).await.is_err());
    assert_eq!(log.entries(), ["child's cleanup", "session's cleanup"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cleanup_that_hangs_is_bounded_from_inside() {
    let log = Log::default();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let goodbye = async {
        assert_eq!(anyrt::move_on_after(MOMENT, anyrt::sleep(HOUR)).await, None);
        anyrt::checkpoint().await;
        log.note("gave up");
    };
    let session = anyrt::finally(anyrt::sleep(HOUR), goodbye);
    assert!(in_time(scope.run(session)).await.is_err());
    assert_eq!(log.entries(), ["gave up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cleanup_may_use_groups_starts_and_locks() {
    let log = Log::default();
    let lock = Semaphore::new(1);
    let scope = CancelScope::new();
    scope.handle().cancel();
    let cleanup = async {
        assert!(!anyrt::is_cancelled());
        let _permit = lock.acquire().await;
        let group = anyrt::task_group(|group: TaskGroup| async move {
            let started = group.start(|ready| async move {
                anyrt::yield_now().await;
                ready.started(20);
            });
            let child = group.spawn(async {
                anyrt::yield_now().await;
                Ok(1)
            });
            Ok(started.await.unwrap() + child.await.unwrap())
        });
        assert_eq!(group.await, Ok(21));
        log.note("saved");
    };
    assert!(in_time(scope.run(anyrt::finally(anyrt::sleep(HOUR), cleanup))).await.is_err());
    assert_eq!(log.entries(), ["saved"]);
    assert_eq!(lock.available(), 1);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cleanup_without_a_shield_is_cut_at_its_first_checkpoint() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        struct SpawnAtDrop(TaskGroup, Log);

        impl Drop for SpawnAtDrop {
            fn drop(&mut self) {
                let log = self.1.clone();
                self.0.spawn(async move {
                    log.note("cleanup begins");
                    anyrt::checkpoint().await;
                    log.note("too far");
                });
            }
        }

        let guard = SpawnAtDrop(group.clone(), in_child);
        let running = Event::new();
        let is_running = running.clone();
        group.spawn(async move {
            let _guard = guard;
            running.set();
            anyrt::sleep(HOUR).await;
        });
        is_running.wait().await;
        group.cancel();
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["cleanup begins"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_value_is_kept_although_a_cancellation_came_during_the_cleanup() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let session = anyrt::finally(async { "value" }, async {
        handle.cancel();
        anyrt::yield_now().await;
    });
    assert_eq!(in_time(scope.run(session)).await, Ok("value"));
}
