//! Handles of children.

use std::panic::AssertUnwindSafe;

use anyrt::{CancelScope, Reason, TaskError, TaskGroup, TaskHandle};
use futures_util::{FutureExt, poll};

use crate::support::{Event, Failing, HOUR, Log, MOMENT, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn values_are_there_also_after_the_group_has_ended() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        Ok([1, 2, 3].map(|number| group.spawn(async move { Ok(number * 10) })))
    });
    let mut values = Vec::new();
    for handle in in_time(group).await.unwrap() {
        assert!(handle.is_finished());
        values.push(handle.await.unwrap());
    }
    assert_eq!(values, [10, 20, 30]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_handle_tells_that_its_child_failed_and_the_group_tells_how() {
    let log = Log::default();
    let group = anyrt::task_group(|group: Failing| {
        let log = &log;
        async move {
            let child = group.spawn(async { Err::<(), _>("failure") });
            let joined = async {
                assert!(matches!(child.await, Err(TaskError::Failed)));
                log.note("seen");
            };
            anyrt::shield(joined).await;
            Ok(())
        }
    });
    assert_eq!(in_time(group).await.unwrap_err().failures(), ["failure"]);
    assert_eq!(log.entries(), ["seen"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn one_child_is_cancelled_alone_and_has_ended_when_its_handle_says_so() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (running, go) = (Event::new(), Event::new());
        let (is_running, gone) = (running.clone(), go.clone());
        let child = group.spawn(async move {
            let work = async {
                running.set();
                anyrt::sleep(HOUR).await;
            };
            let cleanup = async {
                anyrt::yield_now().await;
                in_child.note("cleaned up");
            };
            anyrt::finally(work, cleanup).await;
        });
        let sibling = group.spawn(async move {
            gone.wait().await;
            Ok("sibling")
        });
        is_running.wait().await;
        child.cancel_with("not needed");
        let reason = match child.await {
            Err(TaskError::Cancelled(cancelled)) => cancelled.reason().clone(),
            other => panic!("{other:?}"),
        };
        go.set();
        Ok((reason, sibling.await.unwrap()))
    });
    assert_eq!(in_time(group).await, Ok((Reason::from("not needed"), "sibling")));
    assert_eq!(log.entries(), ["cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_cancelled_before_it_ran_still_runs_to_its_first_checkpoint() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async move {
            in_child.note("entered");
            anyrt::checkpoint().await;
            in_child.note("too far");
        });
        child.cancel();
        Ok(matches!(child.await, Err(TaskError::Cancelled(_))))
    });
    // On several threads it may have entered before the cancellation: the same is seen.
    assert_eq!(in_time(group).await.map(|_| ()), Ok(()));
    assert_eq!(log.entries().first(), Some(&"entered"));
}

#[anyrt::test(sim, seeds = 10)]
async fn cancelling_a_child_that_has_ended_changes_nothing() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let ended = Event::new();
        let has_ended = ended.clone();
        let child = group.spawn(async move {
            ended.set();
            Ok(1)
        });
        has_ended.wait().await;
        child.cancel(); // It has no checkpoint any more.
        Ok(child.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok(1));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_dropped_handle_changes_nothing() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        drop(group.spawn(async move {
            anyrt::yield_now().await;
            in_child.note("child");
        }));
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["child"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn children_have_names_and_ids() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let named = group.named("worker").spawn(async {});
        let unnamed = group.spawn(async {});
        assert_eq!(named.name(), Some("worker"));
        assert_eq!(unnamed.name(), None);
        assert_ne!(named.id(), unnamed.id());
        assert_ne!(named.spawned_at().line(), unnamed.spawned_at().line());
    });
    assert_eq!(in_time(group).await, Ok(()));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_wait_that_is_dropped_leaves_the_value_for_the_next_one() {
    for polls in 0..4 {
        for has_ended in [false, true] {
            let group = anyrt::task_group(|group: TaskGroup| async move {
                let go = Event::new();
                let gone = go.clone();
                let mut child = group.spawn(async move {
                    gone.wait().await;
                    Ok("value")
                });
                let mut waiting = child.join();
                for _ in 0..polls {
                    assert!(poll!(&mut waiting).is_pending());
                }
                if has_ended {
                    // Dropped when the value is there, and was not taken.
                    go.set();
                    while !format!("{waiting:?}").contains("is_finished: true") {
                        anyrt::yield_now().await;
                    }
                }
                drop(waiting);
                go.set();
                Ok(child.join().await.unwrap())
            });
            assert_eq!(in_time(group).await, Ok("value"), "{polls} {has_ended}");
        }
    }
}

#[anyrt::test(sim, seeds = 10)]
async fn a_wait_that_is_cut_leaves_the_value_for_the_next_one() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let go = Event::new();
        let gone = go.clone();
        let mut child = group.spawn(async move {
            gone.wait().await;
            Ok("value")
        });
        assert_eq!(anyrt::move_on_after(MOMENT, child.join()).await.map(drop), None);
        go.set();
        while !child.is_finished() {
            anyrt::yield_now().await;
        }
        let scope = CancelScope::new();
        scope.handle().cancel();
        assert!(scope.run(child.join()).await.is_err());
        Ok(child.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok("value"));
}

#[anyrt::test(sim, seeds = 10)]
async fn what_ended_the_child_is_told_by_the_wait_that_comes_after() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let mut child = group.spawn(anyrt::sleep_forever());
        assert!(poll!(child.join()).is_pending());
        child.cancel_with("too slow");
        match child.join().await {
            Err(TaskError::Cancelled(cancelled)) => Ok(cancelled.reason().clone()),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(in_time(group).await, Ok(Reason::from("too slow")));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_result_is_given_once_and_a_second_wait_says_so() {
    async fn taken(group: TaskGroup) -> TaskHandle<u8> {
        let mut child = group.spawn(async { Ok(1) });
        assert_eq!(child.join().await.unwrap(), 1);
        child
    }

    async fn panic_of<F: Future>(future: F) -> &'static str {
        let payload = AssertUnwindSafe(future).catch_unwind().await.err().expect("no panic");
        payload.downcast_ref::<&str>().copied().unwrap_or_default()
    }

    let group = anyrt::task_group(|group: TaskGroup| async move {
        let again = panic_of(taken(group.clone()).await.join()).await;
        let consumed = panic_of(taken(group).await.into_future()).await;
        Ok([again, consumed])
    });
    for message in in_time(group).await.unwrap() {
        assert!(message.contains("keep the result instead"), "{message}");
    }
}

#[anyrt::test(sim, seeds = 10)]
async fn a_handle_may_be_given_to_a_timeout() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async { Ok(1) });
        let value = anyrt::fail_after(HOUR, child).await.unwrap().unwrap();
        let slow = group.background().spawn(anyrt::sleep_forever());
        assert!(anyrt::move_on_after(MOMENT, slow).await.is_none());
        Ok(value)
    });
    assert_eq!(in_time(group).await, Ok(1));
}
