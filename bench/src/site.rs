//! Where a run takes place: in this process, or in another.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::task::{Context, Poll, Waker};

use anyrt_bench_apart::order::Order;
use anyrt_bench_apart::tokio_site::TokioSite;

use crate::args::{Args, Heap};
use crate::backend::{Backend, THREADS};
use crate::work::{Contest, Place, Work};

/// The sites of so many worker threads.
pub(crate) struct Sites<'a> {
    args: &'a Args,
    workers: usize,
    here: TokioSite,
    program: PathBuf,
    /// Where the programs are that measure apart.
    apart: &'a Path,
}

impl<'a> Sites<'a> {
    pub(crate) fn new(args: &'a Args, workers: usize, apart: &'a Path) -> io::Result<Self> {
        let here = TokioSite::new(workers, args.from.is_worker())?;
        Ok(Self { args, workers, here, program: std::env::current_exe()?, apart })
    }

    /// Gives what one of the contest's works takes.
    pub(crate) fn run(&self, contest: &Contest, work: &Work) -> io::Result<f64> {
        match contest.place {
            Place::Here => Ok(self.here.run(work, contest.amount)),
            Place::Own(Backend::Tokio) if self.args.heap == Heap::Shared => {
                Ok(self.here.run(work, contest.amount))
            }
            Place::Own(_) => self.order(&self.program, contest, work),
            Place::OneBackend => {
                self.order(&self.apart.join("anyrt-bench-one-backend"), contest, work)
            }
            Place::Memory => self.order(&self.apart.join("anyrt-bench-memory"), contest, work),
            Place::Bare => Ok(bare(work, contest.amount)),
        }
    }

    /// In a process that does nothing else.
    fn order(&self, program: &Path, contest: &Contest, work: &Work) -> io::Result<f64> {
        let order = Order {
            job: contest.job.to_owned(),
            way: work.name.to_owned(),
            backend: contest.place.backend().to_owned(),
            workers: self.workers,
            on_worker: self.args.from.is_worker(),
            amount: contest.amount,
        };
        let threads = THREADS.map(|variable| (variable, self.workers.to_string()));
        let output = Command::new(program).args(order.to_arguments()).envs(threads).output()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            let (job, way, said) = (&order.job, &order.way, said.trim());
            io::Error::other(format!("{job} by {way} did not end well: {said}"))
        })
    }
}

fn bare(work: &Work, amount: usize) -> f64 {
    match (work.run)(amount).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(taken) => taken,
        Poll::Pending => panic!("{} waits for a runtime that is not there", work.name),
    }
}
