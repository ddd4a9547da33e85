//! The command line.

use clap::{Parser, ValueEnum};
use serde::Serialize;

/// Spawns and joins children that yield once: anyrt's groups against tokio's `JoinSet`.
#[derive(Debug, Parser)]
#[command(name = "anyrt-bench", version)]
pub(crate) struct Args {
    /// How many children each run spawns and joins
    #[arg(long, value_name = "N", default_value = "100000", value_parser = count(1, 10_000_000))]
    pub(crate) children: usize,

    /// How many pairs of runs are compared
    #[arg(long, value_name = "N", default_value = "11", value_parser = count(1, 10_000))]
    pub(crate) rounds: usize,

    /// Which memory a run finds
    #[arg(long, value_enum, default_value_t = Heap::Own)]
    pub(crate) heap: Heap,

    /// How many worker threads the runtimes have
    #[arg(long, value_name = "N", default_values = ["1", "2"], value_parser = count(1, 1_024), num_args = 1..)]
    pub(crate) workers: Vec<usize>,

    /// Where the spawning task runs
    #[arg(long, value_enum, default_value_t = From::Worker)]
    pub(crate) from: From,

    /// Prints a list for programs instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    /// Runs this way alone, and prints the seconds it took; how the program calls itself
    #[arg(long, value_name = "WORK", hide = true)]
    pub(crate) alone: Option<String>,
}

/// Which memory a run finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Heap {
    /// That of a process which does the job in one way only, like most programs
    Own,
    /// What the run of the other way before it has left behind, in one process
    Shared,
}

/// Where the task runs that spawns and joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum From {
    /// On a worker of the runtime, like most code of a program
    Worker,
    /// On the thread that calls `block_on`, which is no worker
    BlockOn,
}

fn count(least: u64, most: u64) -> clap::builder::RangedU64ValueParser<usize> {
    clap::builder::RangedU64ValueParser::new().range(least..=most)
}
