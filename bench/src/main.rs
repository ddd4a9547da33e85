//! What anyrt's structure costs, side by side with what it is built on.
//!
//! The job is done in several ways, on the same runtime in the same process. Each round runs every
//! way in a pair with the baseline, in turns A B and B A, so that a machine that slows down slows
//! both; what counts is the ratio of each pair. The baseline is also paired with itself: that row
//! shows the noise. Before each run that counts there is one of the same way that does not: the heap
//! that one run leaves behind is what the next one finds, and a program does it one way.
#![forbid(unsafe_code)]

mod args;
mod measure;
mod report;
mod works;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use measure::Measurement;
use works::{BASELINE, WORKS};

fn main() -> ExitCode {
    let args = Args::parse();
    let mut rows = Vec::new();
    for &workers in &args.workers {
        let runtime =
            match tokio::runtime::Builder::new_multi_thread().worker_threads(workers).build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    eprintln!("anyrt-bench: the system gave no threads for tokio: {error}");
                    return ExitCode::FAILURE;
                }
            };
        let measurement = Measurement {
            runtime: &runtime,
            from: args.from,
            children: args.children,
            rounds: args.rounds,
            settle: args.settle,
        };
        for (work, pairs) in WORKS.iter().zip(measurement.compare(&BASELINE, WORKS)) {
            rows.push(report::Row::new(workers, args.from, work.name, &pairs));
        }
    }
    let text = if args.json { report::json(&rows) } else { report::table(&rows, &args) };
    report::print(&text)
}
