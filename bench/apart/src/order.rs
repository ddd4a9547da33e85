//! What a program is told that does one work and says what it took.

use std::fmt::Display;
use std::process::ExitCode;

use crate::tokio_site::TokioSite;
use crate::work::Work;

/// How many runs of a process count, by their median; one before them does not.
pub const COUNTED: usize = 3;

/// Do this work, so many times, here.
#[derive(Clone, Debug)]
pub struct Order {
    /// The name of the job.
    pub job: String,
    /// The name of the way.
    pub way: String,
    /// The runtime that it runs on.
    pub backend: String,
    /// How many threads that has.
    pub workers: usize,
    /// Whether it runs on one of them, rather than on the thread of `block_on`.
    pub on_worker: bool,
    /// How often it is done.
    pub amount: usize,
}

/// What an order begins with on the command line.
const ALONE: &str = "alone";

impl Order {
    /// Gives it as a command line.
    pub fn to_arguments(&self) -> [String; 7] {
        let Self { job, way, backend, workers, on_worker, amount } = self;
        let parts: [&dyn Display; 7] = [&ALONE, job, way, backend, workers, on_worker, amount];
        parts.map(ToString::to_string)
    }

    /// Reads the command line of this program, if that is an order.
    pub fn from_command_line() -> Option<Self> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let [alone, job, way, backend, workers, on_worker, amount] = arguments.try_into().ok()?;
        (alone == ALONE).then_some(Self {
            job,
            way,
            backend,
            workers: workers.parse().ok()?,
            on_worker: on_worker.parse().ok()?,
            amount: amount.parse().ok()?,
        })
    }

    /// Whether it means this way of doing this job.
    pub fn means(&self, job: &str, work: &Work) -> bool {
        self.job == job && self.way == work.name
    }

    /// Does what the command line orders on tokio, and prints what it took.
    pub fn obey_on_tokio(works: &[(&str, Work)]) -> ExitCode {
        let Some(order) = Self::from_command_line() else {
            eprintln!("this program is a part of anyrt-bench, which starts it");
            return ExitCode::FAILURE;
        };
        let Some((_, work)) = works.iter().find(|(job, work)| order.means(job, work)) else {
            eprintln!("there is no such work");
            return ExitCode::FAILURE;
        };
        match TokioSite::new(order.workers, order.on_worker) {
            Ok(site) => {
                println!("{}", order.median(|| site.run(work, order.amount)));
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("tokio does not start: {error}");
                ExitCode::FAILURE
            }
        }
    }

    /// Does what is ordered, and gives the median of the runs that count.
    pub fn median(&self, mut run: impl FnMut() -> f64) -> f64 {
        run();
        let mut taken: Vec<_> = (0..COUNTED).map(|_| run()).collect();
        taken.sort_by(f64::total_cmp);
        taken[COUNTED / 2]
    }
}
