//! Counts the instructions of each path, and compares them with those that were accepted.
//!
//! A path runs twice under callgrind, three times as long the second time; what the longer run adds
//! is the path alone, without the start of the program and of its runtime.
#![forbid(unsafe_code)]

mod accepted;
mod count;

use std::io;
use std::process::ExitCode;

use anyrt_bench_guard::{PATHS, runtime};
use clap::Parser;

use accepted::Accepted;

/// How much more than was accepted is too much.
const MOST: f64 = 0.10;

/// Counts the instructions of the hottest paths under callgrind, and fails where they have become
/// more than a tenth more than was accepted.
#[derive(Debug, Parser)]
#[command(name = "anyrt-bench-guard", version)]
struct Args {
    /// Takes what is counted now for what is right from now on
    #[arg(long)]
    accept: bool,

    /// Runs this path so many times, and nothing else; how the program calls itself
    #[arg(long, num_args = 2, value_names = ["PATH", "TIMES"], hide = true)]
    alone: Option<Vec<String>>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let is_well = match &args.alone {
        Some(alone) => run_alone(alone).map(|()| true),
        None => guard(args.accept),
    };
    match is_well {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("anyrt-bench-guard: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_alone(alone: &[String]) -> io::Result<()> {
    let path = PATHS.iter().find(|path| path.name == alone[0]);
    let path = path.ok_or_else(|| io::Error::other(format!("no path {}", alone[0])))?;
    path.run(&runtime(), alone[1].parse().map_err(io::Error::other)?);
    Ok(())
}

/// Whether nothing has become too much more.
fn guard(accept: bool) -> io::Result<bool> {
    let accepted = Accepted::read()?;
    let mut counted = Vec::new();
    let mut is_well = true;
    println!("instructions for each, under callgrind");
    for path in PATHS {
        let now = count::instructions(path.name)?;
        counted.push((path.name, now));
        match accepted.of(path.name) {
            Some(before) => {
                let change = now / before - 1.0;
                let verdict = if change > MOST { "  too many" } else { "" };
                is_well &= change <= MOST;
                let (name, percent) = (path.name, change * 100.0);
                println!("{name:17} {before:8.1} -> {now:8.1} {percent:+7.1} %{verdict}");
            }
            None => {
                is_well = false;
                println!("{:17} {:>8} -> {now:8.1}     new", path.name, "none");
            }
        }
    }
    if accept {
        accepted::write(&counted)?;
        return Ok(true);
    }
    if !is_well {
        println!(
            "\nFind what costs so much, or say why it has to: `bash .ci/guard --accept` writes the \
             counts of this machine ({}) down as right. Those before come from {}.",
            accepted::toolchain()?,
            accepted.toolchain(),
        );
    }
    Ok(is_well)
}
