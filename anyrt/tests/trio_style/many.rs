//! Many futures at once: gather, race, `as_completed`, retry, supervise, inline groups.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyrt::{CancelScope, GroupError, InlineGroup, RaceError, channel};

use crate::support::{Event, Failing, HOUR, Log, MOMENT, in_time};

#[anyrt::test(sim, seeds = 10)]
async fn outputs_are_gathered_in_the_order_of_the_call() {
    let events = [Event::new(), Event::new(), Event::new()];
    events[2].set();
    let futures: Vec<_> = (0..3)
        .map(|index| {
            let events = events.clone();
            async move {
                events[index].wait().await;
                if index > 0 {
                    events[index - 1].set();
                }
                index
            }
        })
        .collect();
    assert_eq!(in_time(anyrt::gather(futures)).await, Ok(vec![0, 1, 2]));
}

#[anyrt::test(sim, seeds = 10)]
async fn the_first_failure_ends_a_try_gather_and_the_others_clean_up_first() {
    let log = Log::default();
    let in_child = log.clone();
    let running = Event::new();
    let is_running = running.clone();
    let slow = async move {
        let work = async {
            running.set();
            anyrt::sleep(HOUR).await;
        };
        let cleanup = async {
            anyrt::yield_now().await;
            in_child.note("cleaned up");
        };
        anyrt::finally(work, cleanup).await;
        Ok(1)
    };
    let failing = async move {
        is_running.wait().await;
        Err::<&str, _>("failure")
    };
    let failed = in_time(anyrt::try_join((slow, failing))).await;
    assert_eq!(failed.map_err(GroupError::into_failures), Err(vec!["failure"]));
    assert_eq!(log.entries(), ["cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_around_a_gather_joins_all_of_it() {
    let log = Log::default();
    let futures = ["one", "two"].map(|name| {
        let guard = log.at_drop(name);
        async move {
            let _guard = guard;
            anyrt::sleep(HOUR).await;
        }
    });
    assert!(in_time(anyrt::move_on_after(MOMENT, anyrt::gather(futures))).await.is_none());
    assert_eq!(log.sorted(), ["one", "two"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn the_losers_of_a_race_have_cleaned_up_when_it_is_over() {
    let log = Log::default();
    let losing = Event::new();
    let racer = |is_winner: bool| {
        let (log, losing) = (log.clone(), losing.clone());
        async move {
            if is_winner {
                losing.wait().await;
                return Ok::<_, &str>("winner");
            }
            let work = async {
                losing.set();
                anyrt::sleep(HOUR).await;
            };
            let cleanup = async {
                anyrt::sleep(MOMENT).await;
                log.note("loser has cleaned up");
            };
            anyrt::finally(work, cleanup).await;
            Ok("loser")
        }
    };
    assert_eq!(in_time(anyrt::race([racer(true), racer(false)])).await, Ok("winner"));
    assert_eq!(log.entries(), ["loser has cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_race_without_a_winner_gives_all_failures() {
    let first = Event::new();
    let racer = |name: &'static str| {
        let first = first.clone();
        async move {
            match name {
                "first" => first.set(),
                _ => first.wait().await,
            }
            Err::<(), _>(name)
        }
    };
    let lost = in_time(anyrt::race([racer("second"), racer("first")])).await;
    let mut failures = lost.map_err(RaceError::into_failures).unwrap_err();
    failures.sort_unstable();
    assert_eq!(failures, ["first", "second"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn leaving_early_cancels_what_has_not_completed_and_the_group_waits_for_it() {
    let log = Log::default();
    let group = anyrt::task_group(|_: anyrt::TaskGroup| {
        let log = log.clone();
        async move {
            let futures = [1, 2, 3].map(|number| {
                let log = log.clone();
                async move {
                    if number > 1 {
                        let cleanup = async {
                            anyrt::sleep(MOMENT).await;
                            log.note("cleaned up");
                        };
                        anyrt::finally(anyrt::sleep(HOUR), cleanup).await;
                    }
                    number
                }
            });
            let mut outputs = anyrt::as_completed(futures);
            let first = outputs.next().await;
            assert_eq!(outputs.remaining(), 2);
            Ok(first)
        }
    });
    assert_eq!(in_time(group).await, Ok(Some(1)));
    assert_eq!(log.entries(), ["cleaned up", "cleaned up"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_around_one_next_leaves_the_futures_alone() {
    let go = Event::new();
    let gone = go.clone();
    let mut outputs = anyrt::as_completed([async move {
        gone.wait().await;
        "output"
    }]);
    assert_eq!(in_time(anyrt::move_on_after(MOMENT, outputs.next())).await, None);
    go.set();
    assert_eq!(in_time(outputs.next()).await, Some("output"));
    assert_eq!(in_time(outputs.next()).await, None);
}

#[anyrt::test(sim, seeds = 10)]
async fn supervised_children_are_retried_while_their_siblings_go_on() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let supervised = anyrt::supervise(|group: Failing| async move {
        let given_up = group.spawn(anyrt::retry([Duration::ZERO; 2], move || {
            let call = count.fetch_add(1, Ordering::SeqCst);
            async move { Err::<(), _>(["first", "second", "third"][call]) }
        }));
        let gone = Event::new();
        let go = gone.clone();
        let sibling = group.spawn(async move {
            gone.wait().await;
            Ok("sibling")
        });
        assert!(given_up.await.is_err());
        go.set();
        Ok(sibling.await.unwrap())
    });
    let supervised = in_time(supervised).await.unwrap();
    assert_eq!(supervised.value, "sibling");
    assert_eq!(supervised.failures, ["third"]);
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_timeout_of_each_call_and_one_of_all_calls_are_both_kept() {
    let calls = AtomicUsize::new(0);
    let call = |timeout| {
        calls.fetch_add(1, Ordering::SeqCst);
        anyrt::fail_after(timeout, anyrt::sleep(HOUR))
    };
    let each = anyrt::retry([Duration::ZERO; 2], || call(MOMENT));
    assert!(in_time(anyrt::move_on_after(HOUR, each)).await.unwrap().is_err());
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    let all = anyrt::retry(std::iter::repeat(Duration::ZERO), || call(HOUR));
    assert_eq!(in_time(anyrt::move_on_after(MOMENT, all)).await, None);
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[anyrt::test(sim, seeds = 10)]
async fn inline_children_borrow_and_are_cut_like_others() {
    let log = Log::default();
    let text = String::from("borrowed");
    let scope = CancelScope::new();
    let handle = scope.handle();
    let run = scope.run(anyrt::inline_group(|group: InlineGroup<'_>| {
        let (log, text, handle) = (&log, &text, &handle);
        async move {
            let (go, gone) = channel::bounded::<&str>(0);
            group.spawn(async move {
                let work = async {
                    assert_eq!(gone.recv().await, Ok(text.as_str()));
                    handle.cancel();
                    anyrt::sleep(HOUR).await;
                };
                let cleanup = async {
                    anyrt::yield_now().await;
                    log.note("cleaned up");
                };
                anyrt::finally(work, cleanup).await;
            });
            go.send(text).await.unwrap();
            anyrt::sleep(HOUR).await;
        }
    }));
    assert!(in_time(run).await.is_err());
    assert_eq!(log.entries(), ["cleaned up"]);
}
