//! Failures: several, late, during cleanup, and against cancellation.

use anyrt::{CancelScope, GroupError, TaskGroup};

use crate::support::{Event, Failing, HOUR, Log, MOMENT, in_time, spawn_watcher, until_cancelled};

/// A group that is awaited in a spawned child cannot have `&str` as its failure: rustc then finds
/// that `Outcome` is not general enough.
#[derive(Debug)]
struct Failure(&'static str);

#[anyrt::test(sim, seeds = 10)]
async fn children_that_fail_while_they_are_cancelled_are_all_reported_in_completion_order() {
    let group = anyrt::task_group(|group: Failing| async move {
        // A handle tells of a failure after the group has it.
        let first = group.spawn(async { Err::<(), _>("first") });
        let second = group.spawn(async move {
            assert!(anyrt::shield(first.into_future()).await.is_err());
            Err::<(), _>("second")
        });
        group.spawn(async move {
            assert!(anyrt::shield(second.into_future()).await.is_err());
            Err::<(), _>("third")
        });
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    let failures = in_time(group).await.unwrap_err().into_failures();
    assert_eq!(failures, ["first", "second", "third"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_sibling_in_a_shield_finishes_before_the_failure_is_reported() {
    let log = Log::default();
    let group = anyrt::task_group(|group: Failing| {
        let log = log.clone();
        async move {
            let (running, cut) = (Event::new(), spawn_watcher(&group));
            let is_running = running.clone();
            group.spawn(async move {
                let work = async {
                    running.set();
                    cut.wait().await;
                    log.note("finished");
                };
                anyrt::shield(work).await;
                until_cancelled().await; // The sibling may have been cancelled first.
                anyrt::checkpoint().await;
                log.note("too far");
                Ok(())
            });
            group.spawn(async move {
                is_running.wait().await;
                Err::<(), _>("failure")
            });
            Ok(())
        }
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["failure"]));
    assert_eq!(log.entries(), ["finished"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_in_a_shield_beats_the_outer_cancellation() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let run = scope.run(anyrt::task_group(|group: Failing| async move {
        let (running, cut) = (Event::new(), spawn_watcher(&group));
        let is_running = running.clone();
        group.spawn(anyrt::shield(async move {
            running.set();
            cut.wait().await;
            Err::<(), _>("failure")
        }));
        is_running.wait().await;
        handle.cancel();
        anyrt::sleep(HOUR).await;
        Ok(())
    }));
    let failed = in_time(run).await.expect("the failure is lost");
    assert_eq!(failed.map_err(GroupError::into_failures), Err(vec!["failure"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_during_a_timeout_beats_the_timeout() {
    let group = anyrt::task_group(|group: Failing| async move {
        let cut = spawn_watcher(&group);
        group.spawn(anyrt::shield(async move {
            cut.wait().await;
            Err::<(), _>("failure")
        }));
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    let failed = in_time(anyrt::fail_after(MOMENT, group)).await.expect("the failure is lost");
    assert_eq!(failed.map_err(GroupError::into_failures), Err(vec!["failure"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_beats_the_groups_own_cancellation() {
    let group = anyrt::task_group(|group: Failing| async move {
        group.cancel();
        group.spawn(async { Err::<(), _>("failure") });
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["failure"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn the_body_and_a_child_fail() {
    let group = anyrt::task_group(|group: Failing| async move {
        let cut = spawn_watcher(&group);
        group.spawn(anyrt::shield(async move {
            cut.wait().await;
            Err::<(), _>("child")
        }));
        Err::<(), _>("body")
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["body", "child"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_that_fails_after_the_body_has_ended_takes_the_value_away() {
    let group = anyrt::task_group(|group: Failing| async move {
        let body = Event::new();
        let body_ended = body.clone();
        group.spawn(async move {
            body_ended.wait().await;
            Err::<(), _>("child")
        });
        body.set();
        Ok("body")
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["child"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_cuts_the_body_only_after_its_shield() {
    let log = Log::default();
    let group = anyrt::task_group(|group: Failing| {
        let log = &log;
        async move {
            let cut = spawn_watcher(&group);
            let failed = group.spawn(async { Err::<(), _>("child") });
            anyrt::shield(async {
                assert!(failed.await.is_err());
                cut.wait().await;
                log.note("shielded");
            })
            .await;
            anyrt::checkpoint().await;
            log.note("too far");
            Ok(())
        }
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["child"]));
    assert_eq!(log.entries(), ["shielded"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_that_is_handled_inside_is_nothing_to_the_outer_group() {
    let outer = anyrt::task_group(|outer: TaskGroup| async move {
        let handled = Event::new();
        let is_handled = handled.clone();
        let sibling = outer.spawn(async move {
            is_handled.wait().await;
            Ok("sibling")
        });
        let inner = anyrt::task_group(|inner: Failing| async move {
            inner.spawn(async { Err::<(), _>("inner") });
            Ok(())
        });
        let failures = inner.await.unwrap_err().into_failures();
        anyrt::checkpoint().await;
        handled.set();
        Ok((failures, sibling.await.unwrap()))
    });
    assert_eq!(in_time(outer).await, Ok((vec!["inner"], "sibling")));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_failure_passes_through_nested_groups_and_cancels_at_each_level() {
    let log = Log::default();
    let outer = anyrt::task_group(|outer: Failing| {
        let log = log.clone();
        async move {
            let (outer_sibling, inner_sibling) =
                (log.at_drop("outer sibling"), log.at_drop("inner sibling"));
            outer.spawn(async move {
                let _guard = outer_sibling;
                anyrt::sleep(HOUR).await;
                Ok(())
            });
            outer.spawn(async move {
                let inner = anyrt::task_group(|inner: TaskGroup<Failure>| async move {
                    inner.spawn(async move {
                        let _guard = inner_sibling;
                        anyrt::sleep(HOUR).await;
                        Ok(())
                    });
                    inner.spawn(async { Err::<(), _>(Failure("deep")) });
                    Ok(())
                });
                let result = inner.await;
                log.note("inner group has ended");
                result.map_err(|error| error.into_failures()[0].0)
            });
            anyrt::sleep(HOUR).await;
            Ok(())
        }
    });
    assert_eq!(in_time(outer).await.map_err(GroupError::into_failures), Err(vec!["deep"]));
    assert_eq!(log.entries(), ["inner sibling", "inner group has ended", "outer sibling"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_group_in_a_cleanup_fails_there_and_the_first_failure_stays_first() {
    let log = Log::default();
    let group = anyrt::task_group(|group: Failing| {
        let log = log.clone();
        async move {
            let running = Event::new();
            let is_running = running.clone();
            group.spawn(async move {
                let cleanup = async {
                    let inner = anyrt::task_group(|inner: TaskGroup<Failure>| async move {
                        inner.spawn(async { Err::<(), _>(Failure("in the cleanup")) });
                        anyrt::sleep(HOUR).await;
                        Ok(())
                    });
                    log.note(inner.await.unwrap_err().into_failures()[0].0);
                };
                let work = async {
                    running.set();
                    anyrt::sleep(HOUR).await;
                };
                anyrt::finally(work, cleanup).await;
                Ok(())
            });
            is_running.wait().await;
            Err::<(), _>("body")
        }
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["body"]));
    assert_eq!(log.entries(), ["in the cleanup"]);
}
