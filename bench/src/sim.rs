//! The simulator against tokio's paused clock, on the same programs.
//!
//! Both have one thread and a clock that jumps; each run makes its own world or runtime, and that is
//! part of it.

use std::convert::Infallible;
use std::time::Duration;

use anyrt_core::group::TaskGroup;
use anyrt_core::prelude::*;
use anyrt_sim::{Schedule, Sim, SimBackend};

use crate::work::{Contest, Place, Running, Unit, Work, must_succeed, part, whole};

const PAUSED: &str = "tokio, paused";
const SIMULATED: &str = "Sim";

/// How many tasks there are.
const TASKS: usize = 1_000;

/// What happens in each round of a pair: four messages arrive or leave, and both sleep.
const EVENTS: usize = 6;

const HOUR: usize = 3_600;

/// The rows of the table. `scale` divides the length of all runs.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    let rounds = 200 / scale;
    let events = TASKS / 2 * rounds * EVENTS;
    let random: Run = |events| at_once(move || sim_ping_pong(events, Schedule::Random));
    let fifo: Run = |events| at_once(move || sim_ping_pong(events, Schedule::Fifo));
    let peer = Work { name: PAUSED, run: |events| at_once(move || tokio_ping_pong(events)) };
    let job = "sim-ping-pong";
    let ping_pong = |name, run| {
        let ours = Work { name, run };
        Contest::new(job, ours, peer, events).at_most(1.0)
    };
    let (in_order, at_random) = (ping_pong("Sim, in order", fifo), ping_pong(SIMULATED, random));

    let job = "sim-hour";
    let ours = Work { name: SIMULATED, run: |ticks| at_once(move || sim_hour(ticks)) };
    let peer = Work { name: PAUSED, run: |ticks| at_once(move || tokio_hour(ticks)) };
    let ticks = TASKS * HOUR / scale;
    let hour = Contest::new(job, ours, peer, ticks);
    // A shorter hour has less time.
    let limit = |ticks| part(async move { 2.0 * ticks as f64 / (TASKS * HOUR) as f64 });
    let limit = Work { name: "2 s", run: limit };
    let within = Contest::new(job, ours, limit, ticks).counted_in(Unit::Seconds).at_most(1.0);
    let noise = Contest::noise(at_random.job, at_random.peer, events);
    [noise, in_order, at_random, hour, within].map(|contest| contest.at(Place::Bare)).to_vec()
}

type Run = fn(usize) -> Running;

/// A work that needs nobody to poll it again.
fn at_once(work: impl FnOnce() + Send + 'static) -> Running {
    whole(async { work() })
}

/// Up to a tenth of a second, and never the same for two neighbours.
fn pause(pair: usize, round: usize) -> Duration {
    Duration::from_millis(((pair * 7 + round * 13) % 97 + 1) as u64)
}

fn sim_ping_pong(events: usize, schedule: Schedule) {
    let rounds = events / EVENTS / (TASKS / 2);
    let sim = Sim::new(7).schedule(schedule).backend();
    let done = sim.task_group(async |group: TaskGroup<SimBackend, Infallible>| {
        for pair in 0..TASKS / 2 {
            let (ping, to_pong) = sim.bounded::<usize>(1);
            let (pong, to_ping) = sim.bounded::<usize>(1);
            let here = sim.clone();
            group.spawn(async move {
                for round in 0..rounds {
                    ping.send(round).await.expect("the other side plays on");
                    here.sleep(pause(pair, round)).await;
                    to_ping.recv().await.expect("the other side plays on");
                }
            });
            let here = sim.clone();
            group.spawn(async move {
                for round in 0..rounds {
                    to_pong.recv().await.expect("the other side plays on");
                    here.sleep(pause(pair, round + 5)).await;
                    pong.send(round).await.expect("the other side plays on");
                }
            });
        }
    });
    must_succeed(sim.run(done));
}

fn paused() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime without threads")
}

fn tokio_ping_pong(events: usize) {
    let rounds = events / EVENTS / (TASKS / 2);
    paused().block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for pair in 0..TASKS / 2 {
            let (ping, mut to_pong) = tokio::sync::mpsc::channel::<usize>(1);
            let (pong, mut to_ping) = tokio::sync::mpsc::channel::<usize>(1);
            tasks.spawn(async move {
                for round in 0..rounds {
                    ping.send(round).await.expect("the other side plays on");
                    tokio::time::sleep(pause(pair, round)).await;
                    to_ping.recv().await.expect("the other side plays on");
                }
            });
            tasks.spawn(async move {
                for round in 0..rounds {
                    to_pong.recv().await.expect("the other side plays on");
                    tokio::time::sleep(pause(pair, round + 5)).await;
                    pong.send(round).await.expect("the other side plays on");
                }
            });
        }
        while let Some(joined) = tasks.join_next().await {
            joined.expect("no player panics");
        }
    });
}

const PERIOD: Duration = Duration::from_secs(1);

fn sim_hour(ticks: usize) {
    let sim = Sim::new(7).backend();
    let done = sim.task_group(async |group: TaskGroup<SimBackend, Infallible>| {
        for _ in 0..TASKS {
            let here = sim.clone();
            group.spawn(async move {
                for _ in 0..ticks / TASKS {
                    here.sleep(PERIOD).await;
                }
            });
        }
    });
    must_succeed(sim.run(done));
    assert_eq!(sim.elapsed(), PERIOD * (ticks / TASKS) as u32, "what the clock shows in the end");
}

fn tokio_hour(ticks: usize) {
    paused().block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..TASKS {
            tasks.spawn(async move {
                for _ in 0..ticks / TASKS {
                    tokio::time::sleep(PERIOD).await;
                }
            });
        }
        while let Some(joined) = tasks.join_next().await {
            joined.expect("no task panics");
        }
    });
}
