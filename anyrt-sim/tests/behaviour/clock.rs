//! The clock jumps, and never for nothing.

use std::time::{Duration, Instant};

use anyrt_core::prelude::*;
use anyrt_sim::{Cause, Sim, advance, wait_until_idle};
use futures_util::join;

use crate::{Group, Log, here};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_year_takes_no_time() {
    let begin = Instant::now();
    let elapsed = Sim::new(1).run(async {
        here().sleep(365 * 24 * 3600 * SECOND).await;
        here().elapsed()
    });
    assert_eq!(elapsed, 365 * 24 * 3600 * SECOND);
    assert!(begin.elapsed() < 10 * SECOND, "it took {:?}", begin.elapsed());
}

#[test]
fn all_that_is_due_at_one_moment_runs_at_it() {
    for seed in 0..50 {
        Sim::new(seed).run(async {
            let (sim, log) = (here(), Log::default());
            let ended = sim.task_group(async |group: Group| {
                for at in [3, 1, 2, 1, 3] {
                    let (sim, log) = (sim.clone(), log.clone());
                    group.spawn(async move {
                        sim.sleep(at * SECOND).await;
                        sim.checkpoint().await;
                        log.note((at, sim.elapsed()));
                    });
                }
            });
            ended.await.unwrap();
            let seen = log.entries();
            assert!(seen.iter().all(|(at, elapsed)| *elapsed == *at * SECOND), "{seen:?}");
            assert!(seen.is_sorted_by_key(|(at, _)| *at), "{seen:?}");
        });
    }
}

#[test]
fn idle_comes_before_the_jump() {
    for seed in 0..50 {
        Sim::new(seed).run(async {
            let (sim, log) = (here(), Log::default());
            let ended = sim.task_group(async |group: Group| {
                for _ in 0..10 {
                    let (sim, log) = (sim.clone(), log.clone());
                    group.spawn(async move {
                        for _ in 0..5 {
                            anyrt_core::task::yield_now().await;
                        }
                        log.note("ran");
                        sim.sleep(SECOND).await;
                        log.note("woke");
                    });
                }
                wait_until_idle().await;
                assert_eq!((log.entries().len(), sim.elapsed()), (10, Duration::ZERO));
                sim.sleep(SECOND).await;
                wait_until_idle().await;
                assert_eq!((log.entries().len(), sim.elapsed()), (20, SECOND));
            });
            ended.await.unwrap();
        });
    }
}

#[test]
fn several_wait_for_one_idle_moment() {
    Sim::new(3).run(async {
        join!(wait_until_idle(), wait_until_idle(), async {
            drop(futures_util::future::select(wait_until_idle(), std::future::ready(())).await);
        });
        assert_eq!(here().elapsed(), Duration::ZERO);
    });
}

#[test]
fn advancing_goes_through_all_moments_on_the_way() {
    for autojump in [false, true] {
        Sim::new(5).autojump(autojump).run(async {
            let (sim, log) = (here(), Log::default());
            let ended = sim.task_group(async |group: Group| {
                let (ticking, ticks) = (sim.clone(), log.clone());
                let ticker = group.spawn(async move {
                    loop {
                        ticking.sleep(SECOND).await;
                        ticks.note(ticking.elapsed());
                    }
                });
                advance(3 * SECOND + SECOND / 2).await;
                assert_eq!(log.entries(), [SECOND, 2 * SECOND, 3 * SECOND]);
                assert_eq!(sim.elapsed(), 3 * SECOND + SECOND / 2);
                advance(SECOND / 2).await;
                assert_eq!(log.entries().len(), 4, "what is due when it ends has happened");
                ticker.cancel();
            });
            ended.await.unwrap();
        });
    }
}

#[test]
fn without_autojump_the_clock_stands() {
    let stands = Sim::new(5).autojump(false).try_run(async { here().sleep(SECOND).await });
    let error = stands.unwrap_err();
    assert_eq!(error.cause(), Cause::ClockStands);
    assert!(error.to_string().contains("call `advance`"), "{error}");
}

#[test]
fn a_spinning_task_does_not_outrun_a_deadline() {
    let cut = Sim::new(5).run(async {
        here()
            .move_on_after(SECOND / 100, async {
                loop {
                    anyrt_core::task::yield_now().await;
                }
            })
            .await
    });
    assert_eq!(cut, None::<()>);
}

#[test]
fn polls_take_the_time_that_they_are_given() {
    let elapsed = Sim::new(5).poll_cost(SECOND).run(async {
        anyrt_core::task::yield_now().await;
        here().elapsed()
    });
    assert_eq!(elapsed, 2 * SECOND);
}
