//! Children with names, children in the background, and only so many at once.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::sync::Semaphore;
use anyrt::{GroupError, Readiness, Reason, StartError, TaskError, TaskGroup, channel};
use futures_util::poll;

const HOUR: Duration = Duration::from_secs(3600);
const LIMIT: Duration = Duration::from_secs(20);

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    anyrt::fail_after(LIMIT, future).await.expect("the test takes too long")
}

/// Counts how many of its guards live.
#[derive(Clone, Default)]
struct Living(Arc<AtomicUsize>);

struct Alive(Living);

impl Living {
    fn enter(&self) -> Alive {
        self.0.fetch_add(1, Ordering::SeqCst);
        Alive(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[anyrt::test]
async fn names_and_ids_tell_children_apart() {
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let plain = group.spawn(async {});
        let workers = group.named("worker");
        let (first, second) = (workers.spawn(async {}), workers.clone().spawn(async {}));
        assert_eq!(
            (plain.name(), first.name(), second.name()),
            (None, Some("worker"), Some("worker"))
        );
        assert!(plain.id() != first.id() && first.id() != second.id());
        assert!(format!("{first:?}").contains("worker"), "{first:?}");
        let (group_number, child) =
            first.id().to_string().split_once('.').map(|(a, b)| (a.len(), b.to_owned())).unwrap();
        assert!(group_number > 0);
        assert_eq!(child, "2", "the second child of its group");
        assert_eq!(first.spawned_at().file(), file!());
    });
    assert_eq!(in_time(result).await, Ok(()));
}

#[anyrt::test]
async fn background_children_end_with_the_others() {
    let living = Living::default();
    let result = anyrt::task_group(|group: TaskGroup| {
        let living = living.clone();
        async move {
            for _ in 0..3 {
                let guard = living.enter();
                group.background().spawn(async move {
                    let _guard = guard;
                    anyrt::sleep(HOUR).await;
                });
            }
            let (_body, body_over) = channel::bounded::<()>(0);
            group.spawn(async move {
                assert!(body_over.recv().await.is_err());
                assert_eq!(living.count(), 3);
            });
            Ok("value")
        }
    });
    assert_eq!(in_time(result).await, Ok("value"));
    assert_eq!(living.count(), 0, "background children were left behind");
}

#[anyrt::test]
async fn background_children_run_as_long_as_a_child_spawned_by_one_of_them() {
    let (sender, receiver) = channel::unbounded();
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let (inner, (go, gone)) = (group.clone(), channel::bounded::<()>(0));
        let (spawned, is_spawned) = channel::bounded::<()>(0);
        let (_body, body_over) = channel::bounded::<()>(0);
        group.background().spawn(async move {
            let from_background = sender.clone();
            inner.spawn(async move {
                gone.recv().await.unwrap();
                sender.try_send("a child of the group").unwrap();
            });
            spawned.send(()).await.unwrap();
            assert!(body_over.recv().await.is_err());
            go.send(()).await.unwrap();
            from_background.try_send("background").unwrap();
            anyrt::sleep(HOUR).await;
            from_background.try_send("too long").unwrap();
        });
        // The body is over only when the other child is there.
        is_spawned.recv().await.unwrap();
    });
    assert_eq!(in_time(result).await, Ok(()));
    let mut seen: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["a child of the group", "background"]);
}

#[anyrt::test]
async fn a_background_child_tells_why_it_was_cancelled_and_is_no_failure() {
    let (sender, receiver) = channel::unbounded();
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let handle = group.background().spawn(anyrt::sleep(HOUR));
        sender.try_send(handle).unwrap();
    });
    assert_eq!(in_time(result).await, Ok(()));
    match in_time(receiver.recv().await.unwrap().into_future()).await {
        Err(TaskError::Cancelled(cancelled)) => assert_eq!(cancelled.reason(), &Reason::WindingUp),
        other => panic!("{other:?}"),
    }
}

#[anyrt::test]
async fn a_background_child_that_fails_cancels_the_group() {
    let result = anyrt::task_group(|group: TaskGroup<&str>| async move {
        group.background().spawn(async { Err::<(), _>("no clock") });
        anyrt::sleep(HOUR).await;
        Ok(())
    });
    assert_eq!(in_time(result).await.map_err(GroupError::into_failures), Err(vec!["no clock"]));
}

#[anyrt::test]
async fn a_group_of_background_children_alone_ends_with_its_body() {
    for _ in 0..200 {
        let result = anyrt::task_group(|group: TaskGroup| async move {
            for _ in 0..4 {
                group.background().spawn(anyrt::sleep(HOUR));
            }
        });
        assert_eq!(in_time(result).await, Ok(()));
    }
}

#[anyrt::test]
async fn a_limited_group_runs_so_many_at_once_and_all() {
    let (living, peak, done) =
        (Living::default(), Arc::new(AtomicUsize::new(0)), Living::default());
    let result = anyrt::task_group(|group: TaskGroup| {
        let (living, peak, done) = (living.clone(), peak.clone(), done.clone());
        async move {
            let workers = group.limited(5);
            let ((entered, entries), end) = (channel::unbounded(), Arc::new(Semaphore::new(0)));
            for number in 0..40 {
                let (living, peak, done) = (living.clone(), peak.clone(), done.clone());
                let (entered, permits) = (entered.clone(), end.clone());
                if number >= 5 {
                    end.add_permits(1);
                }
                workers
                    .spawn_when_free(async move {
                        let _guard = living.enter();
                        peak.fetch_max(living.count(), Ordering::SeqCst);
                        entered.try_send(()).unwrap();
                        permits.acquire().await.forget();
                        std::mem::forget(done.enter());
                    })
                    .await;
                entries.recv().await.unwrap();
            }
            end.add_permits(5);
        }
    });
    assert_eq!(in_time(result).await, Ok(()));
    assert_eq!((peak.load(Ordering::SeqCst), done.count(), living.count()), (5, 40, 0));
}

#[anyrt::test]
async fn a_cut_spawn_when_free_runs_nothing_and_leaves_its_place() {
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let workers = group.limited(1);
        let (end, ends) = channel::bounded::<()>(1);
        workers
            .spawn_when_free(async move {
                let _ = ends.recv().await;
            })
            .await;
        let never = workers.spawn_when_free(async { unreachable!("it was cut") });
        assert!(anyrt::move_on_after(Duration::from_millis(1), never).await.is_none());
        end.try_send(()).unwrap();
        let last = workers.spawn_when_free(async { Ok(7) }).await;
        assert_eq!(last.await.unwrap(), 7);
        assert_eq!(workers.available(), 1);
    });
    assert_eq!(in_time(result).await, Ok(()));
}

#[anyrt::test]
async fn a_child_that_fails_or_panics_gives_its_place_back() {
    let supervised = anyrt::supervise(|group: TaskGroup<u32>| async move {
        let workers = group.limited(2);
        for item in 0..10 {
            workers.spawn_when_free(async move { Err::<(), _>(item) }).await;
        }
        Ok(())
    });
    let mut failures = in_time(supervised).await.unwrap().failures;
    failures.sort_unstable();
    assert_eq!(failures, (0..10).collect::<Vec<_>>());
}

#[anyrt::test]
async fn a_start_in_a_limited_group_waits_for_its_turn_and_keeps_its_place() {
    let result = anyrt::task_group(|group: TaskGroup| async move {
        let workers = group.limited(1);
        let (end, ended) = channel::bounded::<()>(0);
        let first = workers.start(|ready| async move {
            ready.started("first");
            let _ = ended.recv().await;
        });
        assert_eq!(first.await, Ok("first"));
        assert_eq!(workers.available(), 0, "a child that is ready runs on");
        let mut second = pin!(workers.start(|ready| async move { ready.started("second") }));
        assert!(poll!(&mut second).is_pending());
        // Who comes later waits longer.
        let mut third = pin!(workers.spawn_when_free(async { Ok("third") }));
        assert!(poll!(&mut third).is_pending());
        end.send(()).await.unwrap();
        assert_eq!(second.await, Ok("second"));
        Ok(third.await.await.unwrap())
    });
    assert_eq!(in_time(result).await, Ok("third"));
}

#[anyrt::test]
async fn a_start_that_does_not_succeed_gives_its_place_back() {
    let result = anyrt::task_group(|group: TaskGroup<&str>| async move {
        let workers = group.limited(1);
        let failed = workers.start(|_: Readiness<(), _>| async { Err::<(), _>("failed") });
        assert_eq!(failed.await, Err(StartError::Failed("failed")));
        let silent = workers.start(|_: Readiness<(), _>| async { Ok(()) });
        assert_eq!(silent.await, Err(StartError::NeverStarted));
        // Dropped, in the queue and with a child that is not ready.
        let mut waits = Box::pin(workers.start(|ready: Readiness<(), _>| async move {
            let _ready = ready;
            anyrt::sleep_forever().await;
            Ok(())
        }));
        assert!(poll!(&mut waits).is_pending());
        let mut behind =
            Box::pin(workers.start(|_: Readiness<(), &str>| -> std::future::Ready<()> {
                unreachable!("it was dropped in the queue")
            }));
        assert!(poll!(&mut behind).is_pending());
        drop(behind);
        drop(waits);
        let last = workers.spawn_when_free(async { Ok("last") }).await;
        Ok(last.await.unwrap())
    });
    assert_eq!(in_time(result).await, Ok("last"));
}

#[anyrt::test]
async fn a_start_in_a_limited_group_that_has_ended_says_so() {
    let (give, given) = channel::bounded(1);
    let result = anyrt::task_group(|group: TaskGroup| async move {
        give.try_send(group.limited(1)).unwrap();
    });
    assert_eq!(in_time(result).await, Ok(()));
    let late = given.try_recv().unwrap();
    let started = late.start(|ready| async move { ready.started(()) });
    assert_eq!(in_time(started).await, Err(StartError::Closed));
    assert_eq!(late.available(), 1);
}
