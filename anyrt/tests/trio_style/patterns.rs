//! Whole programs in small: shutdown, happy eyeballs, services, pipelines, deep nesting.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyrt::{CancelScope, GroupError, Reason, TaskGroup, channel};

use crate::support::{Event, Failing, HOUR, Log, MOMENT, in_time};

/// Stops accepting, lets the requests finish for so long, then cancels them.
async fn serve(
    log: Log,
    requests: channel::Receiver<Event>,
    stop: Event,
    grace: std::time::Duration,
) {
    let serving = anyrt::task_group(|group: TaskGroup| async move {
        let accepting = CancelScope::new();
        let stop_accepting = accepting.handle();
        let stopping = group.clone();
        group.background().spawn(async move {
            stop.wait().await;
            stop_accepting.cancel_with("shutdown");
            anyrt::sleep(grace).await;
            stopping.cancel_with("out of time");
        });
        let accept = accepting.run(async {
            while let Ok(request) = requests.recv().await {
                let guard = log.at_drop("request is over");
                let log = log.clone();
                group.spawn(async move {
                    let _guard = guard;
                    request.wait().await;
                    log.note("answered");
                });
            }
        });
        accept.await.unwrap_err();
        requests.close();
    });
    assert_eq!(serving.await, Ok(()));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_graceful_shutdown_lets_the_requests_finish() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = log.clone();
        async move {
            let (stop, request) = (Event::new(), Event::new());
            let (ask, asked) = channel::bounded(0);
            group.spawn(serve(log, asked, stop.clone(), HOUR));
            ask.send(request.clone()).await.unwrap();
            stop.set();
            while ask.statistics().receivers > 0 {
                anyrt::yield_now().await;
            }
            assert!(ask.send(Event::new()).await.is_err());
            request.set();
        }
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["answered", "request is over"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_graceful_shutdown_that_takes_too_long_cancels_the_requests() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = log.clone();
        async move {
            let stop = Event::new();
            let (ask, asked) = channel::bounded(0);
            group.spawn(serve(log, asked, stop.clone(), MOMENT));
            ask.send(Event::new()).await.unwrap();
            stop.set();
            while ask.statistics().receivers > 0 {
                anyrt::yield_now().await;
            }
        }
    });
    assert_eq!(in_time(group).await, Ok(()));
    assert_eq!(log.entries(), ["request is over"]);
}

type Attempt = Pin<Box<dyn Future<Output = Result<&'static str, &'static str>> + Send>>;

/// Starts the next attempt when the one before has failed or takes too long; the first success wins.
async fn happy_eyeballs(
    attempts: Vec<Attempt>,
    delay: std::time::Duration,
) -> Result<&'static str, Vec<&'static str>> {
    let (win, won) = channel::unbounded();
    let group = anyrt::supervise(|group: Failing| async move {
        for attempt in attempts {
            let (win, winner) = (win.clone(), group.clone());
            let child = group.spawn(async move {
                let _ = win.try_send(attempt.await?);
                winner.cancel();
                Ok(())
            });
            let _ = anyrt::move_on_after(delay, child).await;
        }
        Ok(())
    });
    let ended = group.await;
    won.try_recv().map_err(|_| match ended {
        Ok(supervised) => supervised.failures,
        Err(error) => error.into_failures(),
    })
}

#[anyrt::test(sim, seeds = 10)]
async fn of_staggered_attempts_the_first_success_wins_and_later_ones_are_not_begun() {
    let log = Log::default();
    let (hanging, working, late) = (log.clone(), log.clone(), log.clone());
    let attempts: Vec<Attempt> = vec![
        Box::pin(async { Err("refused") }),
        Box::pin(async move {
            let _guard = hanging.at_drop("hanging attempt is dropped");
            anyrt::sleep(HOUR).await;
            Ok("hanging")
        }),
        Box::pin(async move {
            working.note("third attempt");
            Ok("third")
        }),
        Box::pin(async move {
            anyrt::sleep(HOUR).await;
            late.note("too late");
            Ok("fourth")
        }),
    ];
    assert_eq!(in_time(happy_eyeballs(attempts, MOMENT * 2)).await, Ok("third"));
    assert_eq!(log.entries(), ["third attempt", "hanging attempt is dropped"]);
    let failing: Vec<Attempt> =
        vec![Box::pin(async { Err("refused") }), Box::pin(async { Err("unreachable") })];
    let failed = in_time(happy_eyeballs(failing, HOUR)).await;
    assert_eq!(failed, Err(vec!["refused", "unreachable"]));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_background_service_is_started_used_and_shut_down_by_the_end_of_its_clients() {
    let log = Log::default();
    let group = anyrt::task_group(|group: TaskGroup| {
        let log = log.clone();
        async move {
            let service = group.background().start(|ready| async move {
                let (ask, asked) = channel::bounded::<(u32, channel::Sender<u32>)>(0);
                let serve = async {
                    ready.started(ask.clone());
                    while let Ok((number, answer)) = asked.recv().await {
                        answer.send(number * 2).await.unwrap();
                    }
                };
                let goodbye = async {
                    anyrt::yield_now().await;
                    log.note("service says goodbye");
                };
                anyrt::finally(serve, goodbye).await;
                drop(ask);
            });
            let service = service.await.unwrap();
            let client = group.spawn(async move {
                let (answer, answered) = channel::bounded(1);
                service.send((21, answer)).await.unwrap();
                Ok(answered.recv().await.unwrap())
            });
            Ok(client.await.unwrap())
        }
    });
    assert_eq!(in_time(group).await, Ok(42));
    assert_eq!(log.entries(), ["service says goodbye"]);
}

#[anyrt::test(sim, seeds = 10)]
async fn a_pipeline_closes_from_its_source_to_its_sink() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        let (put, taken) = channel::bounded::<u32>(2);
        let (double, doubled) = channel::bounded::<u32>(2);
        for start in [0, 50] {
            let put = put.clone();
            group.spawn(async move {
                for number in start..start + 50 {
                    put.send(number).await.unwrap();
                }
            });
        }
        drop(put);
        for _ in 0..3 {
            let (taken, double) = (taken.clone(), double.clone());
            group.spawn(async move {
                while let Ok(number) = taken.recv().await {
                    double.send(number * 2).await.unwrap();
                }
            });
        }
        drop((taken, double));
        let mut numbers = Vec::new();
        while let Ok(number) = doubled.recv().await {
            numbers.push(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    });
    let wanted: Vec<u32> = (0..100).map(|number| number * 2).collect();
    assert_eq!(in_time(group).await, Ok(wanted));
}

#[anyrt::test(sim, seeds = 10)]
async fn a_consumer_that_fails_ends_its_producers() {
    let log = Log::default();
    let guard = log.at_drop("producer");
    let group = anyrt::task_group(|group: Failing| async move {
        let (put, taken) = channel::bounded::<u32>(0);
        group.spawn(async move {
            let _guard = guard;
            for number in 0.. {
                // A consumer that is gone is seen here, too, before the cancellation or after it.
                if put.send(number).await.is_err() {
                    break;
                }
            }
            Ok(())
        });
        while let Ok(number) = taken.recv().await {
            if number == 3 {
                return Err::<(), _>("bad number");
            }
        }
        Ok(())
    });
    assert_eq!(in_time(group).await.map_err(GroupError::into_failures), Err(vec!["bad number"]));
    assert_eq!(log.entries(), ["producer"]);
}

/// Without optimisation, one scope in the other takes 2 to 3 KiB of the stack.
const HALF: usize = 200;

fn nested(
    depth: usize,
    ended: Arc<AtomicUsize>,
    bottom: anyrt::CancelHandle,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if depth == 0 {
            bottom.cancel_with("from the bottom");
            return anyrt::sleep(HOUR).await;
        }
        let below = nested(depth - 1, ended.clone(), bottom);
        let _ = CancelScope::new().run(below).await;
        ended.fetch_add(1, Ordering::SeqCst);
    })
}

#[anyrt::test(sim, seeds = 10)]
async fn a_cancellation_from_the_bottom_of_many_scopes_ends_all_up_to_its_own() {
    let ended = Arc::new(AtomicUsize::new(0));
    let middle = CancelScope::new();
    let bottom = middle.handle();
    let in_middle = middle.run(nested(HALF, ended.clone(), bottom));
    let above = ended.clone();
    let mut run: Pin<Box<dyn Future<Output = Reason> + Send>> =
        Box::pin(async move { in_middle.await.unwrap_err().reason().clone() });
    for _ in 0..HALF {
        let (below, above) = (run, above.clone());
        run = Box::pin(async move {
            let reason = CancelScope::new().run(below).await.unwrap();
            above.fetch_add(1, Ordering::SeqCst);
            reason
        });
    }
    assert_eq!(in_time(run).await, Reason::from("from the bottom"));
    // The inner half was cut, and the outer half went on.
    assert_eq!(ended.load(Ordering::SeqCst), HALF);
}

fn groups(depth: usize, log: Log) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let group = anyrt::task_group(|group: TaskGroup| async move {
            if depth == 0 {
                log.note("bottom");
            } else {
                group.spawn(groups(depth - 1, log));
            }
        });
        assert_eq!(group.await, Ok(()));
    })
}

#[anyrt::test(sim, seeds = 10)]
async fn a_thousand_groups_nest_through_their_children() {
    let log = Log::default();
    in_time(groups(1000, log.clone())).await;
    assert_eq!(log.entries(), ["bottom"]);
}
