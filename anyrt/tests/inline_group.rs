//! Groups whose children borrow: the laws of groups hold for them, too.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use anyrt::{CancelScope, GroupError, InlineGroup, TaskError, TaskGroup, channel};
use futures_util::FutureExt;

const HOUR: Duration = Duration::from_secs(3600);

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("the test takes too long")
}

/// What happened, in order; children borrow it.
#[derive(Default)]
struct Log(Mutex<Vec<&'static str>>);

impl Log {
    fn note(&self, event: &'static str) {
        self.0.lock().unwrap().push(event);
    }

    fn entries(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }

    fn at_drop(&self, event: &'static str) -> impl Drop + Send {
        struct Note<'a>(&'a Log, &'static str);

        impl Drop for Note<'_> {
            fn drop(&mut self) {
                self.0.note(self.1);
            }
        }

        Note(self, event)
    }
}

#[anyrt::test]
async fn children_borrow_and_are_joined_before_it_returns() {
    let (numbers, sum) = (vec![1, 2, 3], Mutex::new(0));
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let (numbers, sum) = (&numbers, &sum);
        async move {
            for number in numbers {
                group.spawn(async move {
                    anyrt::sleep(Duration::from_millis(1)).await;
                    *sum.lock().unwrap() += number;
                });
            }
            let last = group.spawn(async { Ok(numbers.len()) });
            Ok(last.await.unwrap())
        }
    });
    assert_eq!(in_time(result).await, Ok(3));
    assert_eq!(sum.into_inner().unwrap(), 6);
}

#[anyrt::test]
async fn children_run_concurrently_and_spawn_more() {
    let log = Log::default();
    let (sender, receiver) = channel::bounded::<u32>(0);
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let log = &log;
        async move {
            let inner = group.clone();
            group.spawn(async move {
                assert_eq!(receiver.recv().await, Ok(5));
                log.note("received");
                inner.spawn(async move { log.note("grandchild") });
            });
            group.spawn(async move {
                sender.send(5).await.unwrap();
                log.note("sent");
            });
        }
    });
    assert_eq!(in_time(result).await, Ok(()));
    let mut entries = log.entries();
    entries.sort_unstable();
    assert_eq!(entries, ["grandchild", "received", "sent"]);
}

#[anyrt::test]
async fn a_spawn_runs_nothing_on_the_callers_stack() {
    let log = Log::default();
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let log = &log;
        async move {
            group.spawn(async move { log.note("child") });
            log.note("body");
        }
    });
    assert_eq!(in_time(result).await, Ok(()));
    assert_eq!(log.entries(), ["body", "child"]);
}

#[anyrt::test]
async fn the_first_failure_cancels_the_rest_and_all_are_reported() {
    let log = Log::default();
    let result = anyrt::inline_group(|group: InlineGroup<'_, &str>| {
        let log = &log;
        async move {
            let (alive, cut) = channel::bounded::<()>(0);
            group.spawn(async move {
                let _guard = (log.at_drop("sibling is dropped"), alive);
                anyrt::sleep(HOUR).await;
                Ok(())
            });
            group.spawn(async move {
                let cleanup = async {
                    anyrt::sleep(Duration::from_millis(1)).await;
                    log.note("cleanup");
                };
                anyrt::finally(anyrt::sleep(HOUR), cleanup).await;
                Ok(())
            });
            group.spawn(async move {
                assert!(anyrt::shield(cut.recv()).await.is_err());
                Err::<(), _>("second")
            });
            group.spawn(async { Err::<(), _>("first") });
            anyrt::sleep(HOUR).await;
            Ok(())
        }
    });
    assert_eq!(
        in_time(result).await.map_err(GroupError::into_failures),
        Err(vec!["first", "second"])
    );
    assert_eq!(log.entries(), ["sibling is dropped", "cleanup"]);
}

#[anyrt::test]
async fn a_panic_cancels_the_rest_and_resumes() {
    let log = Log::default();
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let log = &log;
        async move {
            group.spawn(async move {
                let _guard = log.at_drop("sibling is dropped");
                anyrt::sleep(HOUR).await;
            });
            group.spawn(async { std::panic::resume_unwind(Box::new("bug")) });
        }
    });
    let payload = in_time(AssertUnwindSafe(result).catch_unwind()).await.unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"bug"));
    assert_eq!(log.entries(), ["sibling is dropped"]);
}

#[anyrt::test]
async fn an_outer_cancellation_waits_for_shielded_children() {
    let log = Log::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let result = scope.run(anyrt::inline_group(|group: InlineGroup<'_>| {
        let log = &log;
        async move {
            let (alive, cut) = channel::bounded::<()>(0);
            group.spawn(async move {
                assert!(anyrt::shield(cut.recv()).await.is_err());
                log.note("shielded");
                anyrt::checkpoint().await;
                log.note("too far");
            });
            anyrt::yield_now().await;
            let _alive = alive;
            handle.cancel();
            anyrt::sleep(HOUR).await;
        }
    }));
    assert!(in_time(result).await.is_err());
    assert_eq!(log.entries(), ["shielded"]);
}

#[anyrt::test]
async fn one_child_is_cancelled_alone() {
    let result = anyrt::inline_group(|group: InlineGroup<'_>| async move {
        let child = group.spawn(async {
            anyrt::sleep(HOUR).await;
            Ok(1)
        });
        child.cancel_with("not needed");
        match child.await {
            Err(TaskError::Cancelled(cancelled)) => Ok(cancelled.to_string()),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(in_time(result).await, Ok("cancelled: not needed".to_owned()));
}

#[anyrt::test]
async fn a_dropped_group_drops_its_children_first() {
    let log = Log::default();
    {
        let mut run = pin!(anyrt::inline_group(|group: InlineGroup<'_>| {
            let log = &log;
            async move {
                let inner = group.clone();
                group.spawn(async move {
                    let _guard = log.at_drop("child");
                    let _group = inner;
                    anyrt::sleep(HOUR).await;
                });
                anyrt::yield_now().await;
                // This one is still in the inbox when the group is dropped.
                let late = group.clone();
                let guard = log.at_drop("late child");
                group.spawn(async move {
                    let _kept = (guard, late);
                });
                std::future::pending::<()>().await;
            }
        }));
        let waker = Waker::noop();
        for _ in 0..2 {
            // The body's own poll leaves the last child in the inbox until the set is polled.
            let _ = poll_body(run.as_mut(), waker);
        }
    }
    let mut entries = log.entries();
    entries.sort_unstable();
    assert_eq!(entries, ["child", "late child"]);
}

fn poll_body<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[anyrt::test]
async fn a_child_that_is_always_ready_starves_nobody() {
    let ticks = Mutex::new(0);
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let ticks = &ticks;
        async move {
            let busy = group.spawn(async {
                loop {
                    anyrt::checkpoint().await;
                }
            });
            for _ in 0..10 {
                anyrt::sleep(Duration::from_millis(1)).await;
                *ticks.lock().unwrap() += 1;
            }
            busy.cancel();
        }
    });
    assert_eq!(in_time(result).await, Ok(()));
    assert_eq!(ticks.into_inner().unwrap(), 10);
}

#[anyrt::test]
async fn only_woken_children_are_polled() {
    let polls = Mutex::new([0_u32; 50]);
    let result = anyrt::inline_group(|group: InlineGroup<'_>| {
        let polls = &polls;
        async move {
            for index in 0..50 {
                let mut sleep = Box::pin(anyrt::sleep(Duration::from_millis(index as u64 % 3)));
                group.spawn(async move {
                    poll_fn(|cx| {
                        polls.lock().unwrap()[index] += 1;
                        sleep.as_mut().poll(cx)
                    })
                    .await;
                });
            }
        }
    });
    assert_eq!(in_time(result).await, Ok(()));
    let polls = polls.into_inner().unwrap();
    assert!(polls.iter().all(|polls| (1..=3).contains(polls)), "{polls:?}");
}

#[anyrt::test]
async fn tasks_and_inline_children_mix() {
    let data = RefCell::new(0);
    let data = Mutex::new(data);
    let result = anyrt::task_group(|tasks: TaskGroup<&str>| {
        let data = &data;
        async move {
            let inline = anyrt::inline_group(|group: InlineGroup<'_, &str>| async move {
                let tasks = tasks.clone();
                group.spawn(async move {
                    let far = tasks.spawn(async { Ok(20) });
                    *data.lock().unwrap().get_mut() += far.await.unwrap();
                    Ok(())
                });
                Ok(())
            });
            inline.await.map_err(|error| error.into_failures()[0])?;
            Ok(*data.lock().unwrap().get_mut() + 1)
        }
    });
    assert_eq!(in_time(result).await, Ok(21));
}
