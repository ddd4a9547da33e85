//! What anyrt costs, side by side with what it is built on and with what others have built.
//!
//! Each job is done in our way and in a peer's, on the same runtime, in turns A B and B A, so that
//! a machine that slows down slows both; what counts is the ratio of each pair. One peer is also
//! paired with itself: that row shows the noise.
//!
//! Each run of spawn-join is a process of its own. In one process the two ways find the pieces of
//! memory that the other has left behind, and that may double the time of either; `--heap shared`
//! shows it. The runs of sync, which allocate next to nothing, share this process.
#![forbid(unsafe_code)]

mod args;
mod measure;
mod report;
mod sim;
mod site;
mod spawn_join;
mod sync;
mod timeouts;
mod work;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Heap};
use site::{Here, Process, Site};
use work::Contest;

fn main() -> ExitCode {
    let args = Args::parse();
    let text = match &args.alone {
        Some(work) => alone(&args, work),
        None => compare(&args),
    };
    match text {
        Ok(text) => report::print(&text),
        Err(error) => {
            eprintln!("anyrt-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(args: &Args) -> io::Result<String> {
    let mut spawn_join = spawn_join::contests(args.children);
    let mut sync = sync::contests(args.scale());
    let mut timeouts = timeouts::contests(args.scale());
    let mut sim = sim::contests(args.scale());
    let is_known = |name: &&String| {
        let is_job = |contest: &Contest| contest.job == name.as_str();
        let is_suite = ["sync", "timeouts", "sim"].contains(&name.as_str());
        is_suite || spawn_join.iter().chain(&sync).chain(&timeouts).chain(&sim).any(is_job)
    };
    if let Some(name) = args.only.iter().find(|name| !is_known(name)) {
        return Err(io::Error::other(format!("there is no job called {name}")));
    }
    spawn_join.retain(|contest| args.wants("spawn-join", contest.job));
    sync.retain(|contest| args.wants("sync", contest.job));
    timeouts.retain(|contest| args.wants("timeouts", contest.job));
    sim.retain(|contest| args.wants("sim", contest.job));
    let mut rows = Vec::new();
    for &workers in &args.workers {
        let mut run = |site: &Site, contests: &[Contest]| -> io::Result<()> {
            for (contest, pairs) in
                contests.iter().zip(measure::compare(site, args.rounds, contests)?)
            {
                rows.push(report::Row::new(workers, contest, &pairs));
            }
            Ok(())
        };
        let here = Site::Here(Here::new(args, workers)?);
        match args.heap {
            Heap::Own => run(&Site::Process(Process::new(args, workers)?), &spawn_join)?,
            Heap::Shared => run(&here, &spawn_join)?,
        }
        run(&here, &sync)?;
        run(&here, &timeouts)?;
    }
    for (contest, pairs) in sim.iter().zip(measure::compare(&Site::Bare, args.rounds, &sim)?) {
        rows.push(report::Row::new(1, contest, &pairs));
    }
    Ok(if args.json { report::json(&rows) } else { report::table(&rows, args) })
}

fn alone(args: &Args, name: &str) -> io::Result<String> {
    let contests = spawn_join::contests(args.children);
    let work = contests.iter().map(|contest| contest.ours).find(|work| work.name == name);
    let work =
        work.ok_or_else(|| io::Error::other(format!("no way of working is called {name}")))?;
    let here = Here::new(args, args.workers[0])?;
    here.run(&work, args.children);
    let times = (0..site::COUNTED).map(|_| here.run(&work, args.children));
    Ok(measure::quartiles(times)[1].to_string())
}
