//! `race`: who wins, and what becomes of the losers.

#[path = "support/outcomes.rs"]
mod outcomes;

use std::error::Error;
use std::future::{Future, Ready, pending, ready};
use std::io;
use std::pin::Pin;
use std::time::Duration;

use anyrt::channel::bounded;
use anyrt::{CancelScope, RaceError, TaskGroup};
use outcomes::{Ends, in_time, panic_of, until_cancelled};

type Runner<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

#[anyrt::test]
async fn the_first_success_wins_and_the_losers_have_ended() {
    let ends = Ends::default();
    let (failed, wait) = bounded::<()>(1);
    let slow = |guard| {
        let slow: Runner<u8, &str> = Box::pin(async move {
            let _guard = guard;
            anyrt::sleep_forever().await;
            Ok(0)
        });
        slow
    };
    let futures: Vec<Runner<u8, &str>> = vec![
        slow(ends.guard()),
        Box::pin(async move {
            failed.send(()).await.unwrap();
            Err("a failure wins nothing")
        }),
        Box::pin(async move {
            wait.recv().await.unwrap();
            anyrt::yield_now().await;
            Ok(1)
        }),
        slow(ends.guard()),
    ];
    assert_eq!(in_time(anyrt::race(futures)).await, Ok(1));
    assert_eq!(ends.count(), 2);
}

#[anyrt::test]
async fn a_late_success_does_not_take_the_place_of_the_winner() {
    let ends = Ends::default();
    let guard = ends.guard();
    let late: Runner<_, ()> = Box::pin(async move {
        until_cancelled().await;
        Ok(("late", Some(guard)))
    });
    let (winner, _) =
        in_time(anyrt::race([late, Box::pin(ready(Ok(("first", None))))])).await.unwrap();
    assert_eq!((winner, ends.count()), ("first", 1));
}

#[anyrt::test]
async fn all_failures_come_if_none_succeeds() {
    let failing = (0..50).map(|number| async move { Err::<(), _>(number) });
    let mut failures = in_time(anyrt::race(failing)).await.unwrap_err().into_failures();
    failures.sort_unstable();
    assert_eq!(failures, Vec::from_iter(0..50));
}

#[test]
fn failures_come_in_completion_order() {
    let (over, is_over) = bounded::<()>(1);
    let last = async move {
        is_over.recv().await.unwrap();
        Err("last")
    };
    let first = async move {
        over.try_send(()).unwrap();
        Err("first")
    };
    let futures: [Runner<(), _>; 2] = [Box::pin(last), Box::pin(first)];
    // On one thread, who is told by a task runs after it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let lost = runtime.block_on(in_time(anyrt::race(futures))).unwrap_err();
    assert_eq!(lost.failures(), ["first", "last"]);
}

#[anyrt::test]
async fn of_nobody_nobody_wins() {
    let nobody = anyrt::race(Vec::<Ready<Result<u8, io::Error>>>::new());
    let error = in_time(nobody).await.unwrap_err();
    assert!(matches!(error, RaceError::Empty));
    assert_eq!(error.to_string(), "the race had no futures: give it at least one");
    assert!(error.source().is_none() && error.failures().is_empty());

    let broken = || ready(Err::<u8, _>(io::Error::other("broken")));
    let error = in_time(anyrt::race([broken()])).await.unwrap_err();
    assert_eq!(error.to_string(), "nobody won the race: a task of the group failed: broken");
    assert_eq!(error.source().unwrap().to_string(), "broken");
}

#[anyrt::test]
async fn a_losers_panic_resumes() {
    let losing = ends_in_a_panic();
    let message = panic_of(anyrt::race([losing, Box::pin(ready(Ok(1)))])).await;
    assert_eq!(message, "in a destructor");
}

/// Panics when it is cut.
fn ends_in_a_panic() -> Runner<u8, ()> {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    Box::pin(async {
        let _bomb = Bomb;
        anyrt::sleep_forever().await;
        Ok(0)
    })
}

#[anyrt::test]
async fn a_panic_before_any_success_cancels_the_rest() {
    let ends = Ends::default();
    let guard = ends.guard();
    let rest: Runner<u8, ()> = Box::pin(async move {
        let _guard = guard;
        pending().await
    });
    let message = panic_of(anyrt::race([rest, Box::pin(async { panic!("on purpose") })])).await;
    assert_eq!((message.as_str(), ends.count()), ("on purpose", 1));
}

#[anyrt::test]
async fn cancelled_before_the_first_poll_it_cuts_and_joins_all() {
    let ends = Ends::default();
    let scope = CancelScope::new();
    scope.handle().cancel();
    let futures = [ends.guard(), ends.guard()].map(|guard| async move {
        let _guard = guard;
        anyrt::checkpoint().await;
        Ok::<_, ()>(())
    });
    assert!(in_time(scope.run(anyrt::race(futures))).await.is_err());
    assert_eq!(ends.count(), 2);
}

#[anyrt::test]
async fn cancelled_in_the_middle_it_cuts_and_joins_all() {
    let ends = Ends::default();
    let scope = CancelScope::new();
    let handle = scope.handle();
    let (started, start) = bounded::<()>(2);
    let futures = [ends.guard(), ends.guard()].map(|guard| {
        let started = started.clone();
        async move {
            let _guard = guard;
            started.send(()).await.unwrap();
            anyrt::sleep_forever().await;
            Ok::<_, ()>(())
        }
    });
    let both = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(async move {
            start.recv().await.unwrap();
            start.recv().await.unwrap();
            handle.cancel();
        });
        Ok((scope.run(anyrt::race(futures)).await.is_err(), ends.count()))
    });
    assert_eq!(in_time(both).await, Ok((true, 2)));
}

#[anyrt::test]
async fn cancelled_at_the_end_it_gives_its_result() {
    let scope = CancelScope::new();
    let handle = scope.handle();
    let alone = anyrt::race([async move {
        handle.cancel();
        Ok::<_, ()>(1)
    }]);
    assert_eq!(in_time(scope.run(alone)).await, Ok(Ok(1)));
}

#[anyrt::test]
async fn in_a_timeout_and_in_a_shield() {
    let never = || anyrt::race([pending::<Result<(), ()>>()]);
    assert!(anyrt::move_on_after(Duration::from_millis(1), never()).await.is_none());

    let scope = CancelScope::new();
    scope.handle().cancel();
    let mut winner = None;
    let body = async {
        let futures = [async {
            anyrt::checkpoint().await;
            Ok::<_, ()>(1)
        }];
        winner = Some(anyrt::shield(anyrt::race(futures)).await);
        anyrt::checkpoint().await;
    };
    assert!(in_time(scope.run(body)).await.is_err());
    assert_eq!(winner, Some(Ok(1)));
}

#[anyrt::test]
async fn races_nest() {
    let heat = |number| async move {
        let slow: Runner<u8, ()> = Box::pin(pending());
        anyrt::race([slow, Box::pin(ready(if number == 2 { Ok(number) } else { Err(()) }))]).await
    };
    // The heat that nobody wins never ends, and is cancelled by the other's end.
    let winner = anyrt::race([1, 2].map(|number| async move { heat(number).await.map_err(drop) }));
    assert_eq!(in_time(winner).await, Ok(2));
}

#[anyrt::test]
async fn dropped_in_each_state_it_leaves_nothing_behind() {
    let ends = Ends::default();
    let joined = anyrt::task_group(|_: TaskGroup| async {
        let runner = |guard| async move {
            let _guard = guard;
            anyrt::sleep_forever().await;
            Ok::<_, ()>(())
        };
        drop(anyrt::race([runner(ends.guard())]));
        let mut polled = anyrt::race([runner(ends.guard())]);
        assert!(futures_util::poll!(&mut polled).is_pending());
        drop(polled);
        // Over, but not told yet: the winner goes with it.
        let mut won = anyrt::race([ready(Ok::<_, ()>(ends.guard()))]);
        let _ = futures_util::poll!(&mut won).map(drop);
        drop(won);
        Ok(())
    });
    assert_eq!(in_time(joined).await, Ok(()));
    assert_eq!(ends.count(), 3);
}
