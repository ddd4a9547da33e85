//! `as_completed`: orders, checkpoints, cancellation, panics, drops.

#[path = "support/outcomes.rs"]
mod outcomes;

use std::future::{Future, Ready, pending, ready};
use std::pin::Pin;
use std::time::Duration;

use anyrt::channel::{Sender, bounded};
use anyrt::{AsCompleted, CancelScope, TaskGroup};
use futures_util::stream::FusedStream;
use futures_util::{Stream, StreamExt};
use outcomes::{Ends, in_time, panic_of};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Futures that each end when they are told, with their number.
fn told(count: usize) -> (Vec<Sender<()>>, Vec<Boxed<usize>>) {
    let each = |number| {
        let (go, wait) = bounded::<()>(1);
        let future: Boxed<usize> = Box::pin(async move {
            wait.recv().await.unwrap();
            number
        });
        (go, future)
    };
    (0..count).map(each).unzip()
}

#[anyrt::test]
async fn outputs_come_in_completion_order() {
    let (go, futures) = told(4);
    let mut outputs = anyrt::as_completed(futures);
    for number in [2, 0, 3, 1] {
        go[number].try_send(()).unwrap();
        assert_eq!(in_time(outputs.next()).await, Some(number));
    }
    assert_eq!(in_time(outputs.next()).await, None);
    assert!(outputs.is_terminated());
    assert_eq!(in_time(outputs.next()).await, None);
}

#[anyrt::test]
async fn it_is_a_stream() {
    let outputs = anyrt::as_completed((0..200).map(|number| async move { number }));
    assert_eq!(Stream::size_hint(&outputs), (0, Some(200)));
    let mut all = in_time(StreamExt::collect::<Vec<_>>(outputs)).await;
    all.sort_unstable();
    assert_eq!(all, Vec::from_iter(0..200));
}

#[anyrt::test]
async fn of_nothing_it_ends_at_once() {
    let mut outputs = anyrt::as_completed(Vec::<Ready<u8>>::new());
    assert_eq!(in_time(outputs.next()).await, None);
    assert_eq!(outputs.remaining(), 0);
}

#[anyrt::test]
async fn the_futures_go_on_while_the_consumer_does_something_else() {
    let (there, here) = bounded::<()>(0);
    let slow: Boxed<u8> = Box::pin(async move {
        there.send(()).await.unwrap();
        there.send(()).await.unwrap();
        2
    });
    let mut outputs = anyrt::as_completed([slow, Box::pin(async { 1 })]);
    assert_eq!(in_time(outputs.next()).await, Some(1));
    in_time(here.recv()).await.unwrap();
    in_time(here.recv()).await.unwrap();
    assert_eq!(in_time(outputs.next()).await, Some(2));
}

#[anyrt::test]
async fn it_ends_after_the_last_future_was_dropped() {
    let ends = Ends::default();
    struct Slow(outcomes::Guard);
    impl Future for Slow {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            let _ = &self.0;
            std::task::Poll::Ready(())
        }
    }
    let mut outputs = anyrt::as_completed([Slow(ends.guard()), Slow(ends.guard())]);
    while in_time(outputs.next()).await.is_some() {}
    assert_eq!(ends.count(), 2);
}

#[anyrt::test]
async fn a_next_that_is_dropped_loses_nothing() {
    let (go, futures) = told(2);
    let mut outputs = anyrt::as_completed(futures);
    for (number, go) in go.iter().enumerate() {
        // Dropped while it waits, and dropped when an output is there.
        assert!(futures_util::poll!(outputs.next()).is_pending());
        go.try_send(()).unwrap();
        drop(outputs.next());
        assert_eq!(outputs.remaining(), 2 - number);
        assert_eq!(in_time(outputs.next()).await, Some(number));
    }
    assert_eq!(in_time(outputs.next()).await, None);
}

#[anyrt::test]
async fn a_timeout_around_a_next_cuts_that_alone() {
    let (go, futures) = told(3);
    let mut outputs = anyrt::as_completed(futures);
    for number in [1, 2, 0] {
        let short = anyrt::move_on_after(Duration::from_millis(1), outputs.next());
        assert_eq!(in_time(short).await, None);
        go[number].try_send(()).unwrap();
        let long = anyrt::fail_after(Duration::from_secs(20), outputs.next());
        assert_eq!(long.await, Ok(Some(number)));
    }
    assert_eq!(in_time(outputs.next()).await, None);
}

#[anyrt::test]
async fn a_next_is_cut_though_an_output_is_ready() {
    let (done, wait) = bounded::<()>(0);
    let mut outputs = anyrt::as_completed([async move {
        done.send(()).await.unwrap();
        1
    }]);
    assert!(futures_util::poll!(outputs.next()).is_pending());
    in_time(wait.recv()).await.unwrap();
    // It comes soon after.
    while !format!("{outputs:?}").contains("ready: 1") {
        anyrt::yield_now().await;
    }
    let scope = CancelScope::new();
    scope.handle().cancel();
    assert!(in_time(scope.run(outputs.next())).await.is_err());
    assert_eq!(in_time(outputs.next()).await, Some(1));
}

#[anyrt::test]
async fn cancelled_before_the_first_next_nothing_starts() {
    let scope = CancelScope::new();
    scope.handle().cancel();
    let started = Ends::default();
    let guard = started.guard();
    let body = async {
        let mut outputs = anyrt::as_completed([async move {
            let guard = guard;
            std::mem::forget(guard);
        }]);
        outputs.next().await
    };
    assert!(in_time(scope.run(body)).await.is_err());
    assert_eq!(started.count(), 1, "dropped, not run");
}

#[anyrt::test]
async fn a_cancelled_scope_waits_for_the_futures() {
    let ends = Ends::default();
    let (scope, guard) = (CancelScope::new(), ends.guard());
    let handle = scope.handle();
    let body = async {
        let mut outputs = anyrt::as_completed([async move {
            let _guard = guard;
            handle.cancel();
            anyrt::shield(anyrt::sleep(Duration::from_millis(20))).await;
            anyrt::checkpoint().await;
        }]);
        outputs.next().await
    };
    assert!(in_time(scope.run(body)).await.is_err());
    assert_eq!(ends.count(), 1);
}

#[anyrt::test]
async fn in_a_shield_it_is_not_cut() {
    let scope = CancelScope::new();
    scope.handle().cancel();
    let mut seen = Vec::new();
    let body = async {
        anyrt::shield(async {
            let (go, futures) = told(2);
            let mut outputs = anyrt::as_completed(futures);
            go.iter().for_each(|go| go.try_send(()).unwrap());
            while let Some(output) = outputs.next().await {
                seen.push(output);
            }
        })
        .await;
        anyrt::checkpoint().await;
    };
    assert!(in_time(scope.run(body)).await.is_err());
    seen.sort_unstable();
    assert_eq!(seen, [0, 1]);
}

#[anyrt::test]
async fn a_shield_around_a_next_protects_the_futures_too() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (go, futures) = told(2);
    let mut seen = None;
    let body = async {
        let mut outputs = anyrt::as_completed(futures);
        go[0].try_send(()).unwrap();
        assert_eq!(outputs.next().await, Some(0));
        let shielded = anyrt::shield(async {
            // Under the shield from here on.
            assert!(futures_util::poll!(outputs.next()).is_pending());
            handle.cancel();
            // Cut before the next poll, or protected by it: never a hang.
            let waiting = futures_util::poll!(outputs.next());
            let _ = go[1].try_send(());
            if waiting.is_pending() { outputs.next().await } else { None }
        });
        seen = Some(shielded.await);
        anyrt::checkpoint().await;
    };
    assert!(in_time(scope.run(body)).await.is_err());
    assert!(matches!(seen, Some(Some(1) | None)), "{seen:?}");
}

#[anyrt::test]
async fn futures_that_were_cut_end_the_stream_for_a_shielded_consumer() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let mut seen = None;
    let body = async {
        let (ended, wait) = bounded::<()>(1);
        let mut outputs = anyrt::as_completed([async move {
            let _ended = ended;
            pending::<()>().await;
        }]);
        assert!(futures_util::poll!(outputs.next()).is_pending());
        handle.cancel();
        anyrt::shield(async {
            // Closed when the future has been cut.
            assert!(wait.recv().await.is_err());
            seen = Some((outputs.next().await, outputs.remaining()));
        })
        .await;
        anyrt::checkpoint().await;
    };
    assert!(in_time(scope.run(body)).await.is_err());
    assert_eq!(seen, Some((None, 1)));
}

#[anyrt::test]
async fn a_panic_cancels_the_rest_and_resumes_after_them() {
    let ends = Ends::default();
    let guard = ends.guard();
    let rest: Boxed<()> = Box::pin(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    let mut outputs = anyrt::as_completed([rest, Box::pin(async { panic!("on purpose") })]);
    assert_eq!(panic_of(outputs.next()).await, "on purpose");
    assert_eq!(ends.count(), 1);
    assert_eq!(in_time(outputs.next()).await, None);
}

#[anyrt::test]
async fn it_may_move_to_another_task() {
    let (go, futures) = told(3);
    let mut outputs = anyrt::as_completed(futures);
    go[0].try_send(()).unwrap();
    assert_eq!(in_time(outputs.next()).await, Some(0));
    let moved = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async move {
            go[1].try_send(()).unwrap();
            let output = outputs.next().await;
            Ok((output, outputs, go))
        });
        Ok(child.await.unwrap())
    });
    let (output, mut outputs, go): (_, AsCompleted<usize>, _) = in_time(moved).await.unwrap();
    assert_eq!(output, Some(1));
    // The child and its group have ended; the stream goes on here.
    go[2].try_send(()).unwrap();
    assert_eq!(in_time(outputs.next()).await, Some(2));
    assert_eq!(in_time(outputs.next()).await, None);
}

#[anyrt::test]
async fn carried_off_a_timeout_around_a_next_cuts_that_alone() {
    let (go, futures) = told(3);
    let made = anyrt::move_on_after(Duration::MAX, async { anyrt::as_completed(futures) });
    let mut outputs = made.await.unwrap();
    let task = anyrt::task_group(|group: TaskGroup| async move {
        let child = group.spawn(async move {
            for (number, go) in go.iter().enumerate() {
                let short = anyrt::move_on_after(Duration::from_millis(1), outputs.next());
                assert_eq!(short.await, None);
                go.try_send(()).unwrap();
                assert_eq!(outputs.next().await, Some(number));
            }
        });
        Ok(child.await.is_ok())
    });
    assert_eq!(in_time(task).await, Ok(true));
}

#[test]
fn without_a_root_a_timeout_around_a_next_cuts_that_alone() {
    smol::block_on(async {
        let (go, futures) = told(2);
        let mut outputs = anyrt::as_completed(futures);
        for (number, go) in go.iter().enumerate() {
            let short = anyrt::move_on_after(Duration::from_millis(1), outputs.next());
            assert_eq!(short.await, None);
            go.try_send(()).unwrap();
            let long = anyrt::fail_after(Duration::from_secs(20), outputs.next());
            assert_eq!(long.await, Ok(Some(number)));
        }
        assert_eq!(in_time(outputs.next()).await, None);
    });
}

#[anyrt::test]
async fn it_outlives_the_scope_in_which_it_was_made() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (go, futures) = told(2);
    let inside = async {
        let mut outputs = anyrt::as_completed(futures);
        go[0].try_send(()).unwrap();
        assert_eq!(outputs.next().await, Some(0));
        outputs
    };
    let mut outputs = in_time(scope.run(inside)).await.unwrap();
    assert!(futures_util::poll!(outputs.next()).is_pending());
    handle.cancel();
    go[1].try_send(()).unwrap();
    assert_eq!(in_time(outputs.next()).await, Some(1));
}

#[anyrt::test]
async fn streams_nest() {
    let row = |row: usize| async move {
        let mut cells = anyrt::as_completed((0..3).map(|cell| ready(row * 3 + cell)));
        let mut sum = 0;
        while let Some(cell) = cells.next().await {
            sum += cell;
        }
        sum
    };
    let mut rows = in_time(anyrt::as_completed([row(0), row(1)]).collect::<Vec<_>>()).await;
    rows.sort_unstable();
    assert_eq!(rows, [3, 12]);
}

#[anyrt::test]
async fn dropped_in_each_state_it_leaves_nothing_behind() {
    let ends = Ends::default();
    let joined = anyrt::task_group(|_: TaskGroup| async {
        let future = || {
            let guard = ends.guard();
            let future: Boxed<Option<outcomes::Guard>> = Box::pin(async move {
                let _guard = guard;
                pending().await
            });
            future
        };
        // Not started.
        drop(anyrt::as_completed([future()]));
        assert_eq!(ends.count(), 1);
        // Waiting.
        let mut waiting = anyrt::as_completed([future()]);
        assert!(futures_util::poll!(waiting.next()).is_pending());
        drop(waiting);
        // With an output that was not taken.
        let guard = ends.guard();
        let (done, wait) = bounded::<()>(0);
        let ready: Boxed<_> = Box::pin(async move {
            done.send(()).await.unwrap();
            Some(guard)
        });
        let mut untaken = anyrt::as_completed([ready, future()]);
        assert!(futures_util::poll!(untaken.next()).is_pending());
        wait.recv().await.unwrap();
        drop(untaken);
        Ok(())
    });
    assert_eq!(in_time(joined).await, Ok(()));
    assert_eq!(ends.count(), 4);
}
