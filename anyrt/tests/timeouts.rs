//! Timeouts as the engine has them in mind: with a node only when something inside needs one.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyrt::sync::Event;
use anyrt::{
    CancelScope, TaskGroup, current_effective_deadline, fail_after, finally, move_on_after,
    move_on_at, now, sleep_forever, task_group, yield_now,
};
use futures_util::FutureExt;
use futures_util::future::{Either, join, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(5);
const ALARM: Duration = Duration::from_secs(20);

/// Runs a test in the child of a group, where its timeouts need no nodes, for a limited time.
async fn in_a_child<F: Future<Output = ()> + Send + 'static>(test: F) {
    let group = task_group(|group: TaskGroup| async move {
        group.spawn(test);
    });
    fail_after(ALARM, group).await.expect("the test ends in time").unwrap();
}

#[anyrt::test]
async fn a_group_inside_ends_with_it() {
    in_a_child(async {
        let dropped = Arc::new(());
        let held = dropped.clone();
        let group = task_group(|group: TaskGroup| async move {
            group.spawn(async move {
                let _held = held;
                sleep_forever().await;
            });
        });
        assert!(fail_after(SHORT, group).await.is_err());
        assert_eq!(Arc::strong_count(&dropped), 1);
    })
    .await;
}

#[anyrt::test]
async fn of_two_the_one_whose_time_is_over_gives_up() {
    in_a_child(async {
        assert_eq!(move_on_after(SHORT, move_on_after(LONG, sleep_forever())).await, None);
        assert_eq!(move_on_after(LONG, move_on_after(SHORT, sleep_forever())).await, Some(None));
        let late = async {
            yield_now().await;
            move_on_after(SHORT, sleep_forever()).await
        };
        assert_eq!(move_on_after(LONG, late).await, Some(None));
    })
    .await;
}

#[anyrt::test]
async fn its_deadline_is_seen_inside_and_not_outside() {
    in_a_child(async {
        let deadline = now() + LONG;
        let inside = move_on_at(deadline, async {
            let first = current_effective_deadline();
            yield_now().await;
            (first, current_effective_deadline())
        });
        let outer = current_effective_deadline();
        assert_eq!(
            inside.await,
            Some((Some(deadline.min(outer.unwrap())), Some(deadline.min(outer.unwrap()))))
        );
        assert_eq!(current_effective_deadline(), outer);
        let first = move_on_after(SHORT, async { current_effective_deadline().unwrap() });
        assert!(first.await.unwrap() < now() + SHORT);
        assert_eq!(current_effective_deadline(), outer);
    })
    .await;
}

#[anyrt::test]
async fn a_cancellation_from_outside_is_no_timeout() {
    in_a_child(async {
        let event = Arc::new(Event::new());
        let scope = CancelScope::new();
        let handle = scope.handle();
        let outcome = task_group(|group: TaskGroup| {
            let event = event.clone();
            async move {
                let waiting = event.clone();
                group.spawn(async move {
                    let limited = fail_after(LONG, waiting.wait());
                    assert!(scope.run(limited).await.is_err());
                });
                while event.statistics().waiting == 0 {
                    yield_now().await;
                }
                handle.cancel();
            }
        });
        outcome.await.unwrap();
        assert_eq!(event.statistics().waiting, 0);
    })
    .await;
}

/// It was polled by its task first, and by a set with wakers of its own after that.
#[anyrt::test]
async fn one_that_is_moved_into_a_set_hears_of_a_cancellation() {
    in_a_child(async {
        let event = Arc::new(Event::new());
        let scope = CancelScope::new();
        let handle = scope.handle();
        let outcome = task_group(|group: TaskGroup| {
            let event = event.clone();
            async move {
                let waiting = event.clone();
                let (has_moved, moved) = anyrt::channel::oneshot();
                group.spawn(async move {
                    let body = async {
                        let mut limited = Box::pin(fail_after(LONG, waiting.wait()));
                        assert!(limited.as_mut().now_or_never_here().await.is_none());
                        let mut set: FuturesUnordered<_> = [limited].into_iter().collect();
                        assert!(set.next().now_or_never_here().await.is_none());
                        has_moved.send(()).unwrap();
                        set.next().await
                    };
                    assert!(scope.run(body).await.is_err());
                });
                moved.await.unwrap();
                handle.cancel();
            }
        });
        outcome.await.unwrap();
        assert_eq!(event.statistics().waiting, 0);
    })
    .await;
}

#[anyrt::test]
async fn a_panic_inside_leaves_the_frame_as_it_was() {
    in_a_child(async {
        let outer = current_effective_deadline();
        let panicking = async {
            // The inner one needs the outer one to have a node.
            move_on_after(LONG, async { panic!("on purpose") }).await
        };
        let panicked = AssertUnwindSafe(move_on_after(SHORT, panicking)).catch_unwind().await;
        assert!(panicked.is_err());
        assert_eq!(current_effective_deadline(), outer);
        assert_eq!(move_on_after(LONG, async { 1 }).await, Some(1));
        yield_now().await;
    })
    .await;
}

#[anyrt::test]
async fn what_ends_inside_is_dropped_where_no_cancellation_reaches() {
    struct Looks(Arc<Event>);

    impl Drop for Looks {
        fn drop(&mut self) {
            if !anyrt::is_cancelled() {
                self.0.set();
            }
        }
    }

    in_a_child(async {
        for limit in [LONG, SHORT] {
            let seen = Arc::new(Event::new());
            let looks = Looks(seen.clone());
            let body = async move {
                let _looks = looks;
                if limit == SHORT {
                    sleep_forever().await;
                }
            };
            assert_eq!(move_on_after(limit, body).await.is_some(), limit == LONG);
            assert!(seen.is_set());
        }
    })
    .await;
}

#[anyrt::test]
#[should_panic = "polled after it had given its result"]
async fn it_gives_its_result_once() {
    let mut limited = pin!(move_on_after(LONG, async {}));
    assert_eq!(limited.as_mut().await, Some(()));
    limited.await;
}

/// Polls a future once, with the waker of the calling task.
trait NowOrNeverHere: Future + Sized {
    async fn now_or_never_here(self) -> Option<Self::Output> {
        let mut future = pin!(self);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }
}

impl<F: Future> NowOrNeverHere for F {}

/// The first deadline is the latest, so that each of the others needs the task woken earlier.
#[anyrt::test]
async fn a_task_is_woken_for_the_earliest_of_several_deadlines() {
    in_a_child(async {
        let long = fail_after(LONG, sleep_forever());
        let short = fail_after(SHORT, sleep_forever());
        let shorter = fail_after(SHORT / 2, sleep_forever());
        match select(pin!(long), pin!(join(short, shorter))).await {
            Either::Left(_) => panic!("the long one goes on"),
            Either::Right(((short, shorter), _)) => assert!(short.is_err() && shorter.is_err()),
        }
    })
    .await;
}

#[anyrt::test]
async fn deadlines_that_follow_each_other_all_strike() {
    in_a_child(async {
        for _ in 0..5 {
            assert!(fail_after(SHORT, sleep_forever()).await.is_err());
            assert!(fail_after(LONG, async { yield_now().await }).await.is_ok());
        }
    })
    .await;
}

/// The alarm of the first is left over, ends before the second and is set again for that.
#[anyrt::test]
async fn a_deadline_strikes_after_an_earlier_one_that_nobody_waited_for() {
    in_a_child(async {
        let ready = fail_after(SHORT, async { yield_now().await });
        ready.await.unwrap();
        let start = now();
        assert!(fail_after(SHORT * 3, sleep_forever()).await.is_err());
        assert!(now() >= start + SHORT * 3);
    })
    .await;
}

#[anyrt::test]
async fn a_deadline_that_is_moved_from_another_task_strikes_then() {
    in_a_child(async {
        let scope = CancelScope::new().with_timeout(LONG);
        let handle = scope.handle();
        let mover = task_group(|group: TaskGroup| async move {
            group.spawn(async move {
                yield_now().await;
                handle.set_deadline(Some(now() + SHORT));
            });
            assert!(scope.run(sleep_forever()).await.is_err());
        });
        mover.await.unwrap();
    })
    .await;
}

#[anyrt::test]
async fn timeouts_in_a_set_strike_beside_one_around_it() {
    in_a_child(async {
        let set: FuturesUnordered<_> =
            (1..=3).map(|n| move_on_after(SHORT * n, sleep_forever())).collect();
        let outcomes = fail_after(LONG, set.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(outcomes.len(), 3);
    })
    .await;
}

#[anyrt::test]
async fn deadlines_in_the_outermost_body_all_strike() {
    for _ in 0..3 {
        assert!(fail_after(SHORT, sleep_forever()).await.is_err());
        assert!(fail_after(LONG, async { yield_now().await }).await.is_ok());
    }
}

/// The bodies are polled with wakers of the set, not with their task's.
#[anyrt::test]
async fn deadlines_in_groups_in_a_set_all_strike() {
    in_a_child(async {
        let group = |n| {
            task_group(move |_: TaskGroup| async move {
                let long = fail_after(LONG, yield_now()).await;
                Ok(long.is_ok() && fail_after(SHORT * n, sleep_forever()).await.is_err())
            })
        };
        let set: FuturesUnordered<_> = (1..=3).map(group).collect();
        let outcomes = fail_after(LONG, set.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(outcomes, [Ok(true), Ok(true), Ok(true)]);
    })
    .await;
}

#[anyrt::test]
async fn one_in_the_cleanup_of_a_cancelled_task_ends_it() {
    let group = task_group(|group: TaskGroup| async move {
        let work = async {
            let _ = task_group(|group: TaskGroup| async move {
                group.spawn(sleep_forever());
            })
            .await;
        };
        let cleanup = async {
            assert_eq!(move_on_after(SHORT, sleep_forever()).await, None);
        };
        let child = group.spawn(finally(work, cleanup));
        // It has begun, and so has the child of its group.
        yield_now().await;
        yield_now().await;
        child.cancel();
    });
    fail_after(ALARM, group).await.expect("the test ends in time").unwrap();
}
