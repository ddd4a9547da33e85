//! What anyrt costs, side by side with what it is built on and with what others have built.
//!
//! Each job is done in our way and in a peer's, on the same runtime, in turns A B and B A, so that
//! a machine that slows down slows both; what counts is the ratio of each pair. One peer is also
//! paired with itself: that row shows the noise.
//!
//! A run that allocates much is a process of its own. In one process the two ways find the pieces of
//! memory that the other has left behind, and that may double the time of either; `--heap shared`
//! shows it. So is a run on smol or async-std, whose executors have as many threads as their process
//! was told. Runs on tokio that allocate next to nothing share this process.
#![forbid(unsafe_code)]

mod ambient;
mod apart;
mod args;
mod backend;
mod cancel;
mod chart;
mod current;
mod docs;
mod fetch;
mod measure;
mod memory;
mod nested;
mod report;
mod sim;
mod site;
mod spawn_join;
mod sync;
mod timeouts;
mod timers;
mod work;

use std::io::{self, IsTerminal, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use anyrt_bench_apart::order::Order;
use clap::Parser;

use args::Args;
use site::Sites;
use work::{Contest, Place};

/// Contests that belong together; each round runs each of them once.
struct Suite {
    name: &'static str,
    contests: Vec<Contest>,
}

fn main() -> ExitCode {
    let text = match Order::from_command_line() {
        Some(order) => obey(&order).map(|taken| taken.to_string()),
        None => compare(&Args::parse()),
    };
    match text {
        Ok(text) => report::print(&text),
        Err(error) => {
            eprintln!("anyrt-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// All that can be measured. `scale` divides the length of the runs.
fn suites(children: usize, scale: usize) -> Vec<Suite> {
    let suite = |name, contests| Suite { name, contests };
    vec![
        suite("spawn-join", spawn_join::contests(children)),
        suite("cancel", cancel::contests(children)),
        suite("sync", sync::contests(scale)),
        suite("scopes", nested::contests(scale)),
        suite("ambient", ambient::contests(scale)),
        suite("memory", memory::contests(scale)),
        suite("timeouts", timeouts::contests(scale)),
        suite("timers", timers::contests(scale)),
        suite("fetch", fetch::contests(scale)),
        suite("sim", sim::contests(scale)),
    ]
}

fn compare(args: &Args) -> io::Result<String> {
    let mut suites = suites(args.children, args.scale());
    let is_known = |name: &&String| {
        let names = |suite: &Suite| suite.contests.iter().any(|contest| contest.job == *name);
        suites.iter().any(|suite| suite.name == *name || names(suite))
    };
    if let Some(name) = args.only.iter().find(|name| !is_known(name)) {
        return Err(io::Error::other(format!("there is no job called {name}")));
    }
    for Suite { name, contests } in &mut suites {
        contests.retain(|contest| args.wants(name, contest.job));
    }
    let all = || suites.iter().flat_map(|suite| &suite.contests);
    let apart = if all().any(|contest| contest.place.is_apart()) {
        apart::build()?
    } else {
        PathBuf::new()
    };
    let mut rows = Vec::new();
    for (at, &workers) in args.workers.iter().enumerate() {
        let sites = Sites::new(args, workers, &apart)?;
        for Suite { name, contests } in &mut suites {
            // What has no workers is the same for all of them.
            contests.retain(|contest| at == 0 || contest.place.has_workers());
            if !contests.is_empty() && stderr().is_terminal() {
                eprintln!("anyrt-bench: {name}, with {workers} threads");
            }
            let pairs = measure::compare(&sites, args.rounds, contests)?;
            for (contest, pairs) in contests.iter().zip(pairs) {
                let threads = if contest.place.has_workers() { workers } else { 1 };
                rows.push(report::Row::new(threads, contest, &pairs));
            }
        }
    }
    if let Some(folder) = &args.docs {
        docs::write(folder, &rows, args)?;
    }
    Ok(if args.json { report::json(&rows) } else { report::table(&rows, args) })
}

/// Does one work, and gives what it took.
fn obey(order: &Order) -> io::Result<f64> {
    let suites = suites(1, 1);
    let contests = suites.iter().flat_map(|suite| &suite.contests);
    let mut works = contests.flat_map(|contest| {
        [contest.ours, contest.peer].map(|work| (contest.job, contest.place, work))
    });
    let found = works.find_map(|(job, place, work)| match place {
        Place::Own(backend) if backend.name() == order.backend && order.means(job, &work) => {
            Some((backend, work))
        }
        _ => None,
    });
    let (backend, work) = found.ok_or_else(|| io::Error::other("there is no such work"))?;
    backend.obey(order, &work)
}
