//! `gather`, `try_gather`, `join` and `try_join`: outcomes, orders, cancellation, panics, drops.

#[path = "support/outcomes.rs"]
mod outcomes;

use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyrt::channel::bounded;
use anyrt::{CancelScope, TaskGroup};
use outcomes::{Ends, in_time, panic_of, until_cancelled};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

#[anyrt::test]
async fn outputs_come_in_the_order_of_the_call() {
    let order = Arc::new(Mutex::new(Vec::new()));
    // Each waits for the next one, so that they end from the last to the first.
    let mut futures: Vec<Boxed<usize>> = Vec::new();
    let mut starter = None;
    for number in 0..5 {
        let (go, wait) = bounded::<()>(1);
        let (before, order) = (starter.replace(go), order.clone());
        futures.push(Box::pin(async move {
            wait.recv().await.unwrap();
            order.lock().unwrap().push(number);
            if let Some(before) = before {
                before.send(()).await.unwrap();
            }
            number
        }));
    }
    starter.unwrap().try_send(()).unwrap();
    assert_eq!(in_time(anyrt::gather(futures)).await, Ok(vec![0, 1, 2, 3, 4]));
    assert_eq!(*order.lock().unwrap(), [4, 3, 2, 1, 0]);
}

#[anyrt::test]
async fn a_result_is_an_output_like_any_other() {
    let futures = [Err("no"), Ok(1), Err("nor this")].map(|result| async move {
        anyrt::yield_now().await;
        result
    });
    assert_eq!(in_time(anyrt::gather(futures)).await, Ok(vec![Err("no"), Ok(1), Err("nor this")]));
}

#[anyrt::test]
async fn of_nothing_it_gives_nothing_also_when_cancelled() {
    let scope = CancelScope::new();
    scope.handle().cancel();
    let nothing = async {
        let none = Vec::<std::future::Ready<u8>>::new;
        assert_eq!(anyrt::gather(none()).await, Ok(vec![]));
        assert_eq!(
            anyrt::try_gather(Vec::<std::future::Ready<Result<u8, u8>>>::new()).await,
            Ok(vec![])
        );
    };
    assert!(in_time(scope.run(nothing)).await.is_ok());
}

#[anyrt::test]
async fn the_first_failure_cancels_the_rest_and_all_are_told() {
    let ends = Ends::default();
    let guard = ends.guard();
    let futures: Vec<Boxed<Result<u8, &str>>> = vec![
        Box::pin(async { Ok(1) }),
        Box::pin(async {
            until_cancelled().await;
            Err("second")
        }),
        Box::pin(async move {
            let _guard = guard;
            anyrt::sleep_forever().await;
            Ok(2)
        }),
        Box::pin(async { Err("first") }),
    ];
    let failed = in_time(anyrt::try_gather(futures)).await.unwrap_err();
    assert_eq!(failed.failures(), ["first", "second"]);
    assert_eq!(ends.count(), 1);
}

#[anyrt::test]
async fn values_come_if_none_fails() {
    let values = anyrt::try_gather((0..100).map(|number| async move { Ok::<_, ()>(number) }));
    assert_eq!(in_time(values).await, Ok((0..100).collect()));
}

#[anyrt::test]
async fn a_panic_cancels_the_rest_and_resumes_after_them() {
    let ends = Ends::default();
    let guard = ends.guard();
    let rest: Boxed<()> = Box::pin(async move {
        let _guard = guard;
        anyrt::sleep_forever().await;
    });
    let message = panic_of(anyrt::gather([rest, Box::pin(async { panic!("on purpose") })])).await;
    assert_eq!((message.as_str(), ends.count()), ("on purpose", 1));

    let guard = ends.guard();
    let rest = async move {
        let _guard = guard;
        anyrt::sleep_forever().await;
        Ok::<_, ()>(1)
    };
    let bad = async { if true { panic!("again") } else { Ok::<u8, ()>(2) } };
    let message = panic_of(anyrt::try_join((rest, bad))).await;
    assert_eq!((message.as_str(), ends.count()), ("again", 2));
}

#[anyrt::test]
async fn a_panic_beats_failures() {
    let panicking = async {
        until_cancelled().await;
        if true { panic!("kept") } else { Ok::<u8, &str>(2) }
    };
    let both = anyrt::try_join((ready(Err::<u8, _>("lost")), panicking));
    assert_eq!(panic_of(both).await, "kept");
}

#[anyrt::test]
async fn cancelled_before_the_first_poll_each_runs_to_its_first_checkpoint() {
    let scope = CancelScope::new();
    scope.handle().cancel();
    let (began, ends) = (Ends::default(), Ends::default());
    let futures = [(began.guard(), ends.guard()), (began.guard(), ends.guard())].map(
        |(began, ended)| async move {
            drop(began);
            let _ended = ended;
            anyrt::checkpoint().await;
        },
    );
    assert!(in_time(scope.run(anyrt::gather(futures))).await.is_err());
    assert_eq!((began.count(), ends.count()), (2, 2));
}

#[anyrt::test]
async fn cancelled_in_the_middle_it_joins_all_of_them() {
    let ends = Ends::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (started, start) = bounded::<()>(3);
    let futures =
        [0, 1, 2].map(|_| (started.clone(), ends.guard())).map(|(started, guard)| async move {
            let _guard = guard;
            started.send(()).await.unwrap();
            anyrt::shield(async {
                // Some work that is not cut.
                for _ in 0..10 {
                    anyrt::yield_now().await;
                }
            })
            .await;
            anyrt::sleep_forever().await;
        });
    let both = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            for _ in 0..3 {
                start.recv().await.unwrap();
            }
            handle.cancel();
        });
        let cut = scope.run(anyrt::gather(futures)).await.is_err();
        Ok((cut, ends.count()))
    });
    assert_eq!(in_time(both).await, Ok((true, 3)));
}

#[anyrt::test]
async fn cancelled_at_the_end_it_gives_its_outputs() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let outputs = anyrt::gather([async move {
        handle.cancel();
        1
    }]);
    assert_eq!(in_time(scope.run(outputs)).await, Ok(Ok(vec![1])));
}

#[anyrt::test]
async fn failures_beat_a_cancellation() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let cut = async {
        anyrt::sleep_forever().await;
        Ok(())
    };
    let failing = async move {
        handle.cancel();
        Err::<(), _>("failed")
    };
    let result = in_time(scope.run(anyrt::try_join((cut, failing)))).await.unwrap();
    assert_eq!(result.unwrap_err().failures(), ["failed"]);
}

#[anyrt::test]
async fn a_timeout_around_it_cuts_it() {
    let slow = anyrt::gather([pending::<()>(), pending()]);
    assert!(in_time(anyrt::move_on_after(Duration::from_millis(1), slow)).await.is_none());
}

#[anyrt::test]
async fn in_a_shield_it_is_not_cut() {
    let scope = CancelScope::new();
    scope.handle().cancel();
    let mut outputs = None;
    let body = async {
        let futures = [1, 2].map(|number| async move {
            anyrt::checkpoint().await;
            number
        });
        outputs = Some(anyrt::shield(anyrt::gather(futures)).await);
        anyrt::checkpoint().await;
    };
    assert!(in_time(scope.run(body)).await.is_err());
    assert_eq!(outputs, Some(Ok(vec![1, 2])));
}

#[anyrt::test]
async fn they_nest() {
    let rows = (0..3).map(|row| async move {
        let cells = (0..3).map(|cell| async move { row * 3 + cell });
        anyrt::gather(cells).await.unwrap().into_iter().sum::<usize>()
    });
    assert_eq!(in_time(anyrt::gather(rows)).await, Ok(vec![3, 12, 21]));
}

#[anyrt::test]
async fn dropped_in_each_state_it_leaves_nothing_behind() {
    let ends = Ends::default();
    let joined = anyrt::task_group(|_: TaskGroup| async {
        let futures = || {
            let guards = [ends.guard(), ends.guard()];
            guards.map(|guard| async move {
                let _guard = guard;
                anyrt::sleep_forever().await;
            })
        };
        drop(anyrt::gather(futures()));
        assert_eq!(ends.count(), 2);
        let mut polled = anyrt::gather(futures());
        assert!(futures_util::poll!(&mut polled).is_pending());
        drop(polled);
        Ok(())
    });
    assert_eq!(in_time(joined).await, Ok(()));
    // The group has adopted and joined what was dropped.
    assert_eq!(ends.count(), 4);
}

#[anyrt::test]
async fn unclaimed_values_are_gone_when_the_failure_is_told() {
    let ends = Ends::default();
    let guard = ends.guard();
    let mut failing = anyrt::try_join((ready(Ok(guard)), ready(Err::<u8, _>("failed"))));
    assert!(in_time(&mut failing).await.is_err());
    assert_eq!(ends.count(), 1);
    drop(failing);
}

#[anyrt::test]
async fn tuples_give_tuples() {
    let text = async { String::from("text") };
    let nested = anyrt::join((ready(1_u8), async { "two" }));
    let outputs = anyrt::join((
        text,
        nested,
        ready(()),
        ready('d'),
        ready(5),
        ready([6]),
        ready(7.0),
        ready(8),
    ));
    let expected = ("text".to_owned(), Ok((1, "two")), (), 'd', 5, [6], 7.0, 8);
    assert_eq!(in_time(outputs).await, Ok(expected));

    let values = anyrt::try_join((ready(Ok::<_, ()>(1)), ready(Ok("two")), ready(Ok([3]))));
    assert_eq!(in_time(values).await, Ok((1, "two", [3])));
}

#[anyrt::test]
async fn the_futures_of_a_tuple_run_at_once() {
    let (there, here) = bounded::<()>(0);
    let both = anyrt::join((async move { there.send(()).await }, async move { here.recv().await }));
    assert_eq!(in_time(both).await, Ok((Ok(()), Ok(()))));
}

#[anyrt::test]
async fn children_are_tasks_that_run_beside_their_owner() {
    let ran = Arc::new(AtomicBool::new(false));
    let (seen, (there, here)) = (ran.clone(), bounded::<()>(0));
    let mut outputs = anyrt::gather([async move {
        seen.store(true, Ordering::SeqCst);
        there.send(()).await
    }]);
    assert!(!ran.load(Ordering::SeqCst), "it starts at the first poll");
    assert!(futures_util::poll!(&mut outputs).is_pending());
    in_time(here.recv()).await.unwrap();
    assert!(ran.load(Ordering::SeqCst));
    assert_eq!(in_time(outputs).await, Ok(vec![Ok(())]));
}
