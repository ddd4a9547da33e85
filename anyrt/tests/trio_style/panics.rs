//! Panics of children, in nested groups and in cleanup.

use anyrt::{CancelScope, TaskError, TaskGroup};

use crate::support::{Event, Failing, HOUR, Log, bug, in_time, payload_of, spawn_watcher};

#[anyrt::test(sim, seeds = 10)]
async fn a_panic_of_a_grandchild_passes_through_all_groups() {
    let log = Log::default();
    let outer = anyrt::task_group(|outer: TaskGroup| {
        let log = log.clone();
        async move {
            let (outer_sibling, inner_sibling) =
                (log.at_drop("outer sibling"), log.at_drop("inner sibling"));
            outer.spawn(async move {
                let _guard = outer_sibling;
                anyrt::sleep(HOUR).await;
            });
            outer.spawn(async move {
                let inner = anyrt::task_group(|inner: TaskGroup| async move {
                    inner.spawn(async move {
                        let _guard = inner_sibling;
                        anyrt::sleep(HOUR).await;
                    });
                    inner.spawn(async { bug("deep") });
                });
                let _ = inner.await;
                log.note("too far");
            });
            anyrt::sleep(HOUR).await;
        }
    });
    let payload = in_time(payload_of(outer)).await;
    assert_eq!(payload.downcast_ref(), Some(&"deep"));
    assert_eq!(log.entries(), ["inner sibling", "outer sibling"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_panic_replaces_failures_that_came_before_it() {
    let group = anyrt::task_group(|group: Failing| async move {
        let cut = spawn_watcher(&group);
        group.spawn(anyrt::shield(async move {
            cut.wait().await;
            bug("panic")
        }));
        Err::<(), _>("failure")
    });
    assert_eq!(in_time(payload_of(group)).await.downcast_ref(), Some(&"panic"));
}

#[anyrt::test(sim, seeds = 10)]
async fn of_two_panics_the_first_one_resumes() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let running = Event::new();
        let is_running = running.clone();
        group.spawn(async move {
            let cleanup = async {
                anyrt::yield_now().await;
                bug("second")
            };
            let work = async {
                running.set();
                anyrt::sleep(HOUR).await;
            };
            anyrt::finally(work, cleanup).await;
        });
        group.spawn(async move {
            is_running.wait().await;
            bug("first")
        });
    });
    assert_eq!(in_time(payload_of(group)).await.downcast_ref(), Some(&"first"));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_panic_in_a_cleanup_beats_the_cancellation() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let run = scope.run(anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            let work = async {
                handle.cancel();
                anyrt::sleep(HOUR).await;
            };
            anyrt::finally(work, async { bug("in the cleanup") }).await;
        });
        anyrt::sleep(HOUR).await;
    }));
    assert_eq!(in_time(payload_of(run)).await.downcast_ref(), Some(&"in the cleanup"));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cleanup_runs_before_the_panic_of_its_work_resumes() {
    let log = Log::default();
    let session = anyrt::finally(async { bug("work") }, async {
        anyrt::yield_now().await;
        log.note("cleaned up");
    });
    assert_eq!(in_time(payload_of(session)).await.downcast_ref(), Some(&"work"));
    assert_eq!(log.entries(), ["cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_handle_shows_the_panic_and_the_group_resumes_it() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let child = group.spawn(async { bug("child") });
            let joined = async {
                match child.await {
                    Err(TaskError::Panicked(panic)) => {
                        panic.with_payload(|payload| {
                            assert_eq!(payload.and_then(|any| any.downcast_ref()), Some(&"child"));
                        });
                        log.note("seen");
                    }
                    other => panic!("{other:?}"),
                }
            };
            anyrt::shield(joined).await;
        }
    });
    assert_eq!(in_time(payload_of(group)).await.downcast_ref(), Some(&"child"));
    assert_eq!(log.entries(), ["seen"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_panic_that_is_caught_around_an_inner_group_is_nothing_to_the_outer_one() {
    let outer = anyrt::task_group(|outer: TaskGroup| async move {
        let caught = Event::new();
        let is_caught = caught.clone();
        let sibling = outer.spawn(async move {
            is_caught.wait().await;
            Ok("sibling")
        });
        let inner = anyrt::task_group(|inner: TaskGroup| async move {
            inner.spawn(async { bug("inner") });
        });
        let payload = payload_of(inner).await;
        anyrt::checkpoint().await;
        caught.set();
        Ok((payload.downcast_ref::<&str>().copied(), sibling.await.unwrap()))
    });
    assert_eq!(in_time(outer).await, Ok((Some("inner"), "sibling")));
}
