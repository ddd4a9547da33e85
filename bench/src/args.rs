//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Compares anyrt with what it is built on, and with what others have built.
#[derive(Debug, Parser)]
#[command(name = "anyrt-bench", version)]
pub(crate) struct Args {
    /// Runs what has this name alone: spawn-join, cancel, sync, scopes, ambient, memory, timeouts, timers, fetch, sim, or one of their jobs; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,

    /// Makes each run ten times shorter, and takes fewer pairs: a first look
    #[arg(long)]
    pub(crate) quick: bool,

    /// How many children each run of spawn-join and cancel has
    #[arg(
        long,
        value_name = "N",
        default_value = "100000",
        default_value_if("quick", "true", "10000"),
        value_parser = count(1, 10_000_000)
    )]
    pub(crate) children: usize,

    /// How many pairs of runs are compared
    #[arg(
        long,
        value_name = "N",
        default_value = "15",
        default_value_if("quick", "true", "5"),
        value_parser = count(1, 10_000)
    )]
    pub(crate) rounds: usize,

    /// Which memory a run on tokio finds that allocates much
    #[arg(long, value_enum, default_value_t = Heap::Own)]
    pub(crate) heap: Heap,

    /// How many worker threads the runtimes have
    #[arg(long, value_name = "N", default_values = ["1", "2"], value_parser = count(1, 1_024), num_args = 1..)]
    pub(crate) workers: Vec<usize>,

    /// Where the task runs that spawns the others
    #[arg(long, value_enum, default_value_t = From::Worker)]
    pub(crate) from: From,

    /// Prints a list for programs instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    /// Writes benchmarks.md and benchmarks.svg, too
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "docs")]
    pub(crate) docs: Option<PathBuf>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// On a worker of the runtime, like most code of a program
    Worker,
    /// On the thread that calls `block_on`, which is no worker
    BlockOn,
}

impl From {
    pub(crate) fn is_worker(self) -> bool {
        self == Self::Worker
    }
}

impl Args {
    /// What the length of a run is divided by.
    pub(crate) fn scale(&self) -> usize {
        if self.quick { 10 } else { 1 }
    }

    /// Whether a job of this suite was asked for.
    pub(crate) fn wants(&self, suite: &str, job: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == suite || name == job)
    }
}

fn count(least: u64, most: u64) -> clap::builder::RangedU64ValueParser<usize> {
    clap::builder::RangedU64ValueParser::new().range(least..=most)
}
