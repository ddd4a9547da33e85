//! What anyrt's structure costs, side by side with what it is built on.
//!
//! The job is done in several ways, on the same runtime. Each round runs every way in a pair with
//! the baseline, in turns A B and B A, so that a machine that slows down slows both; what counts is
//! the ratio of each pair. The baseline is also paired with itself: that row shows the noise.
//!
//! Each run is a process of its own. In one process the two ways find the pieces of memory that the
//! other has left behind, and that may double the time of either; `--heap shared` shows it.
#![forbid(unsafe_code)]

mod args;
mod measure;
mod report;
mod site;
mod works;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Heap};
use site::{Here, Process, Site};
use works::{BASELINE, WORKS};

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
    let mut rows = Vec::new();
    for &workers in &args.workers {
        let site = match args.heap {
            Heap::Own => Site::Process(Process::new(args, workers)?),
            Heap::Shared => Site::Here(Here::new(args, workers)?),
        };
        for (work, pairs) in WORKS.iter().zip(measure::compare(&site, args.rounds, WORKS)?) {
            rows.push(report::Row::new(workers, args.from, work.name, &pairs));
        }
    }
    Ok(if args.json { report::json(&rows) } else { report::table(&rows, args) })
}

fn alone(args: &Args, name: &str) -> io::Result<String> {
    let work = WORKS.iter().chain([&BASELINE]).find(|work| work.name == name);
    let work =
        work.ok_or_else(|| io::Error::other(format!("no way of working is called {name}")))?;
    let here = Here::new(args, args.workers[0])?;
    here.run(work);
    let times = (0..site::COUNTED).map(|_| here.run(work));
    Ok(measure::quartiles(times)[1].to_string())
}
