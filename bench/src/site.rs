//! Where a run takes place: in a process of its own, or in this one.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use tokio::runtime::Runtime;

use crate::args::{Args, From};
use crate::work::Work;

/// How many runs of a process count, by their median; one before them does not.
pub(crate) const COUNTED: usize = 3;

pub(crate) enum Site {
    Process(Process),
    Here(Here),
    /// On no runtime: the work brings its own, and is done in one poll.
    Bare,
}

impl Site {
    /// Gives the seconds that the work takes.
    pub(crate) fn time(&self, work: &Work, amount: usize) -> io::Result<f64> {
        match self {
            Self::Process(process) => process.time(work, amount),
            Self::Here(here) => Ok(here.run(work, amount)),
            Self::Bare => Ok(bare(work, amount)),
        }
    }
}

fn bare(work: &Work, amount: usize) -> f64 {
    let start = Instant::now();
    let polled = (work.run)(amount).as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_ready(), "{} waits for a runtime that is not there", work.name);
    start.elapsed().as_secs_f64()
}

/// Runs this program again for each work.
pub(crate) struct Process {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Process {
    pub(crate) fn new(args: &Args, workers: usize) -> io::Result<Self> {
        let from = args.from.to_possible_value().expect("no place is hidden");
        let arguments = vec![format!("--workers={workers}"), format!("--from={}", from.get_name())];
        Ok(Self { program: std::env::current_exe()?, arguments })
    }

    fn time(&self, work: &Work, amount: usize) -> io::Result<f64> {
        let output = Command::new(&self.program)
            .args(&self.arguments)
            .arg(format!("--children={amount}"))
            .arg(format!("--alone={}", work.name))
            .output()?;
        let seconds = String::from_utf8_lossy(&output.stdout).trim().parse();
        seconds.map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            io::Error::other(format!("{} did not end well: {}", work.name, said.trim()))
        })
    }
}

/// Runs works in this process, one after the other.
pub(crate) struct Here {
    runtime: Runtime,
    from: From,
}

impl Here {
    pub(crate) fn new(args: &Args, workers: usize) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers)
            .enable_time()
            .build()?;
        Ok(Self { runtime, from: args.from })
    }

    /// Gives the seconds that the work takes.
    pub(crate) fn run(&self, work: &Work, amount: usize) -> f64 {
        let run = work.run;
        let timed = async move {
            let start = Instant::now();
            run(amount).await;
            start.elapsed()
        };
        let time: Duration = match self.from {
            From::BlockOn => self.runtime.block_on(timed),
            From::Worker => self
                .runtime
                .block_on(self.runtime.spawn(timed))
                .expect("no work panics or is aborted"),
        };
        time.as_secs_f64()
    }
}
