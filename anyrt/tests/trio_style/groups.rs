//! Groups: how long they wait, who may spawn, and what their cancellation is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyrt::sync::Semaphore;
use anyrt::{
    CancelScope, GroupError, LimitedGroup, Reason, StartError, TaskError, TaskGroup, channel,
};

use crate::support::{Event, HOUR, Log, bug, in_time, payload_of};

#[anyrt::test(sim, seeds = 10)]
async fn the_group_ends_after_its_last_child() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = &log;
        async move {
            let events = [Event::new(), Event::new(), Event::new()];
            for (index, name) in ["first", "second", "third"].into_iter().enumerate() {
                let (log, events) = (log.clone(), events.clone());
                group.spawn(async move {
                    events[index].wait().await;
                    log.note(name);
                    if let Some(next) = index.checked_sub(1) {
                        events[next].set();
                    }
                });
            }
            log.note("body");
            events[2].set();
        }
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["body", "third", "second", "first"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn children_spawn_after_the_body_has_ended() {
    let log = Log::default();
    let over = log.at_drop("body is over");
    let in_child = log.clone();
    let (body_ends, body_ended) = channel::bounded::<()>(0);
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let inner = group.clone();
        group.spawn(async move {
            body_ended.recv().await.unwrap_err();
            in_child.note("child");
            let grandchild = inner.spawn(async { Ok("grandchild") });
            in_child.note(grandchild.await.unwrap());
        });
        let _last = body_ends;
        let _first = over; // Locals are dropped in reverse.
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["body is over", "child", "grandchild"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_group_that_has_ended_takes_no_children() {
    let group = anyrt::task_group(|group: TaskGroup| async move { Ok(group) });
    let group = in_time(group).await.unwrap();
    let handed_back = group.try_spawn(async { Ok("not run") }).unwrap_err().0;
    assert_eq!(in_time(handed_back).await, Ok::<_, std::convert::Infallible>("not run"));
    let started = group.start(|ready| async move { ready.started(1) });
    assert!(matches!(in_time(started).await, Err(StartError::Closed)));
    let spawn = async { drop(group.spawn(async {})) };
    in_time(payload_of(spawn)).await;
}

#[anyrt::test(sim, seeds = 10)]
async fn a_scope_around_the_spawn_does_not_govern_the_child() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let go = Event::new();
        let scope = CancelScope::new();
        let handle = scope.handle();
        let gone = go.clone();
        let child = scope.run(async {
            group.spawn(async move {
                gone.wait().await;
                anyrt::checkpoint().await;
                Ok("not cut")
            })
        });
        let child = child.await.unwrap();
        handle.cancel();
        go.set();
        Ok(child.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok("not cut"));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_spawned_into_a_cancelled_group_runs_to_its_first_checkpoint() {
    let log = Log::default();
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        group.cancel();
        group.spawn(async move {
            in_child.note("started");
            anyrt::checkpoint().await;
            in_child.note("too far");
        });
        Ok("body")
    });
    assert_eq!(in_time(group).await, Ok("body"));
    assert_eq!(log.entries(), ["started"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn an_empty_group_is_no_checkpoint() {
    let log = Log::default();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let run = scope.run(async {
        let empty = anyrt::task_group(|_: TaskGroup| async { Ok("empty") });
        log.note(empty.await.unwrap());
        anyrt::checkpoint().await;
        log.note("too far");
    });
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["empty"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_cancels_its_group_and_the_finished_body_still_gives_its_value() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let inner = group.clone();
        let body = Event::new();
        let body_ended = body.clone();
        group.spawn(async move {
            body_ended.wait().await;
            inner.cancel();
            anyrt::sleep(HOUR).await;
        });
        body.set();
        Ok("body")
    });
    assert_eq!(in_time(group).await, Ok("body"));
    in_time(anyrt::checkpoint()).await;
}

#[anyrt::test(sim, seeds = 10)]
async fn a_child_cancels_its_group_and_the_body_is_cut() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let inner = group.clone();
        group.spawn(async move { inner.cancel_with("enough") });
        anyrt::sleep(HOUR).await;
        Ok("body")
    });
    match in_time(group).await {
        Err(GroupError::Cancelled(cancelled)) => {
            assert_eq!(cancelled.reason(), &Reason::from("enough"));
        }
        other => panic!("{other:?}"),
    }
    in_time(anyrt::checkpoint()).await; // It is not seen outside.
}

#[anyrt::test(sim, seeds = 10)]
async fn background_children_end_with_the_last_other_one() {
    let log = Log::default();
    let guard = log.at_drop("background");
    let in_child = log.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (ask, asked) = channel::bounded::<u32>(0);
        let server = group.background().spawn(async move {
            let _guard = guard;
            let mut sum = 0;
            while let Ok(number) = asked.recv().await {
                sum += number;
            }
            Ok(sum)
        });
        group.spawn(async move {
            for number in 1..=3 {
                ask.send(number).await.unwrap();
            }
            in_child.note("client");
            std::mem::forget(ask); // The server waits for more.
        });
        Ok(server)
    });
    let server = in_time(group).await.unwrap();
    assert_eq!(log.entries(), ["client", "background"]);
    match in_time(server.into_future()).await {
        Err(TaskError::Cancelled(cancelled)) => {
            assert_eq!(cancelled.reason(), &Reason::WindingUp);
        }
        other => panic!("{other:?}"),
    }
}

#[anyrt::test(sim, seeds = 10)]
async fn a_limited_group_runs_so_many_at_once_and_all_in_the_end() {
    let (running, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let most = peak.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let limited: LimitedGroup = group.limited(3);
        let (entered, entries) = channel::unbounded();
        let end = Arc::new(Semaphore::new(0));
        let mut children = Vec::new();
        for number in 0..20 {
            let (running, peak) = (running.clone(), peak.clone());
            let (entered, end) = (entered.clone(), end.clone());
            if number >= 3 {
                end.add_permits(1);
            }
            let child = limited.spawn_when_free(async move {
                peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                entered.try_send(()).unwrap();
                end.acquire().await.forget();
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(number)
            });
            children.push(child.await);
            entries.recv().await.unwrap();
        }
        end.add_permits(3);
        let mut numbers = Vec::new();
        for child in children {
            numbers.push(child.await.unwrap());
        }
        assert_eq!(limited.available(), 3);
        Ok(numbers)
    });
    assert_eq!(in_time(group).await, Ok((0..20).collect()));
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cancelled_wait_for_a_place_drops_the_child_that_was_not_run() {
    let log = Log::default();
    let (guard, in_child) = (log.at_drop("dropped"), log.clone());
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let limited = group.limited(1);
        let first = limited.spawn_when_free(anyrt::sleep(HOUR)).await;
        let scope = CancelScope::new();
        scope.handle().cancel();
        let second = limited.spawn_when_free(async move {
            let _guard = guard;
            in_child.note("run");
        });
        assert!(scope.run(second).await.is_err());
        first.cancel();
        let third = limited.spawn_when_free(async { Ok("third") }).await;
        Ok(third.await.unwrap())
    });
    assert_eq!(in_time(group).await, Ok("third"));
    assert_eq!(log.entries(), ["dropped"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn five_thousand_children_are_cancelled_at_once() {
    let ended = Arc::new(AtomicUsize::new(0));
    struct Count(Arc<AtomicUsize>);
    impl Drop for Count {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let count = ended.clone();
    let group = anyrt::task_group(|group: TaskGroup| async move {
        for _ in 0..5000 {
            let guard = Count(count.clone());
            group.spawn(async move {
                let _guard = guard;
                anyrt::sleep(HOUR).await;
            });
        }
        anyrt::yield_now().await;
        group.cancel();
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(ended.load(Ordering::SeqCst), 5000);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_body_that_panics_cancels_its_children_first() {
    let log = Log::default();
    let guard = log.at_drop("child");
    let group = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            let _guard = guard;
            anyrt::sleep(HOUR).await;
        });
        anyrt::checkpoint().await;
        bug("in the body");
    });
    let payload = in_time(payload_of(group)).await;
    assert_eq!(payload.downcast_ref(), Some(&"in the body"));
    assert_eq!(log.entries(), ["child"]);
}
