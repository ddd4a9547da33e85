//! One seed is one run, another seed another one.

use std::collections::BTreeSet;
use std::time::Duration;

use anyrt_core::net::Net;
use anyrt_core::prelude::*;
use anyrt_sim::{Schedule, Sim, Trace};
use futures_util::{AsyncReadExt, AsyncWriteExt};

use crate::{Group, Log, here};

/// A bit of everything, and the order in which the children came.
async fn program() -> Vec<usize> {
    let (sim, log) = (here(), Log::default());
    sim.net().set_latency(Duration::from_millis(1)..=Duration::from_millis(9));
    let address = "10.0.0.1:80".parse().unwrap();
    let listener = sim.listen(address).await.unwrap();
    let (sender, receiver) = sim.bounded(3);
    let ended = sim.task_group(async |group: Group| {
        for child in 0..20 {
            let (sim, log, sender) = (sim.clone(), log.clone(), sender.clone());
            group.spawn(async move {
                sim.sleep(Duration::from_millis(child as u64 % 3)).await;
                let doubled = sim.run_blocking(move || child * 2).await;
                sender.send(doubled).await.unwrap();
                log.note(child);
            });
        }
        drop(sender);
        let (client, b) = (sim.clone(), sim.clone());
        group.spawn(async move {
            let mut stream = client.connect(address).await.unwrap();
            stream.write_all(b"hello").await.unwrap();
            stream.close().await.unwrap();
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "hello");
        let mut sum = 0;
        while let Ok(item) = receiver.recv().await {
            sum += item;
        }
        assert_eq!(sum, 380);
        drop(b);
    });
    ended.await.unwrap();
    log.entries()
}

fn traced(seed: u64) -> (Vec<usize>, Trace) {
    Sim::new(seed).run_traced(program())
}

#[test]
fn one_seed_gives_one_trace() {
    for seed in 0..20 {
        let (first, second) = (traced(seed), traced(seed));
        assert!(first.1.events().len() > 100, "a trace of so many: {}", first.1.events().len());
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn seeds_give_different_orders() {
    let orders: BTreeSet<_> = (0..50).map(|seed| traced(seed).0).collect();
    assert!(orders.len() > 40, "50 seeds gave {} orders", orders.len());
}

#[test]
fn in_and_out_without_chance() {
    let order = |schedule| {
        Sim::new(7).schedule(schedule).run(async {
            let (sim, log) = (here(), Log::default());
            let ended = sim.task_group(async |group: Group| {
                for child in 0..4 {
                    let log = log.clone();
                    group.spawn(async move { log.note(child) });
                }
            });
            ended.await.unwrap();
            log.entries()
        })
    };
    assert_eq!(order(Schedule::Fifo), [0, 1, 2, 3]);
    assert_eq!(order(Schedule::Lifo), [3, 2, 1, 0]);
}

#[test]
fn a_trace_reads_as_lines() {
    let (_, trace) = Sim::new(7).run_traced(async { here().sleep(Duration::from_secs(2)).await });
    let text = trace.to_string();
    let lines: Vec<_> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    let expected: [&[&str]; 7] = [
        &["0ns", "0", "spawned"],
        &["0ns", "0", "polled"],
        &["2s", "-", "clock", "moved"],
        &["2s", "-", "timer", "fired"],
        &["2s", "0", "woken"],
        &["2s", "0", "polled"],
        &["2s", "0", "ended"],
    ];
    assert_eq!(lines, expected, "{text}");
}
