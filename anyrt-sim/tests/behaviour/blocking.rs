//! Blocking calls have a place in the order, as if they were tasks.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyrt_core::prelude::*;
use anyrt_sim::Sim;

use crate::{Group, Log, here};

#[test]
fn calls_run_one_by_one_in_the_order_of_the_seed() {
    let order = |seed| {
        Sim::new(seed).run(async {
            let (sim, log) = (here(), Log::default());
            let ended = sim.task_group(async |group: Group| {
                for child in 0..6 {
                    let (sim, log) = (sim.clone(), log.clone());
                    group.spawn(async move {
                        let closure = move || {
                            log.note((child, "begins"));
                            thread::sleep(Duration::from_micros(200 * (6 - child)));
                            log.note((child, "ends"));
                        };
                        sim.run_blocking(closure).await;
                    });
                }
            });
            ended.await.unwrap();
            log.entries()
        })
    };
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let seen = order(seed);
        assert!(seen.chunks(2).all(|pair| pair[0].0 == pair[1].0), "at once: {seen:?}");
        assert_eq!(seen, order(seed), "seed {seed}");
        orders.insert(seen);
    }
    assert!(orders.len() > 10, "{} orders of 20 seeds", orders.len());
}

#[test]
fn a_call_takes_the_time_that_it_is_given() {
    let range = Duration::from_millis(5)..=Duration::from_millis(10);
    let elapsed = Sim::new(3).blocking_latency(range.clone()).run(async {
        here().run_blocking(|| ()).await;
        here().elapsed()
    });
    assert!(range.contains(&elapsed), "{elapsed:?}");
}

#[test]
fn the_clock_waits_for_a_call() {
    let cut = Sim::new(3).run(async {
        let sim = here();
        let call = sim.run_blocking(|| thread::sleep(Duration::from_millis(30)));
        sim.move_on_after(Duration::from_millis(1), call).await;
        sim.elapsed()
    });
    assert_eq!(cut, Duration::ZERO, "a jump while a call was out");
}

#[test]
fn a_call_that_waits_for_a_task_is_not_waited_for() {
    let begin = Instant::now();
    let heard = Sim::new(3).patience(Duration::from_millis(5)).run(async {
        let (tell, hear) = mpsc::channel();
        let (sim, mut heard) = (here(), None);
        let ended = sim.task_group(async |group: Group| {
            let blocking = sim.clone();
            let call = group.spawn(async move {
                Ok(blocking.run_blocking(move || hear.recv().unwrap()).await)
            });
            sim.sleep(Duration::from_secs(5)).await;
            tell.send(7).unwrap();
            heard = call.await.ok();
        });
        ended.await.unwrap();
        heard
    });
    assert_eq!(heard, Some(7));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn a_run_inside_a_call_keeps_its_place() {
    let run = |seed| {
        Sim::new(seed).run_traced(async {
            let sim = here();
            let ended = sim.task_group(async |group: Group| {
                for _ in 0..4 {
                    let sim = sim.clone();
                    group.spawn(async move {
                        let nested = sim.clone();
                        let closure = move || {
                            nested.run(async { nested.sleep(Duration::from_secs(1)).await });
                        };
                        sim.run_blocking(closure).await;
                    });
                }
            });
            ended.await.unwrap();
        })
    };
    for seed in 0..20 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
