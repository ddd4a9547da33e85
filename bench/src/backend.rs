//! The runtimes that works run on, in a process of their own.

use std::io;

use anyrt_bench_apart::order::Order;
use anyrt_bench_apart::tokio_site::TokioSite;

use crate::work::Work;

/// A runtime that works run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Tokio,
    Smol,
    AsyncStd,
}

/// What tells smol, and async-std, how many threads their executors have.
pub(crate) const THREADS: [&str; 2] = ["SMOL_THREADS", "ASYNC_STD_THREAD_COUNT"];

impl Backend {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Smol => "smol",
            Self::AsyncStd => "async-std",
        }
    }

    /// Does what is ordered on this runtime, whose executors were told how many threads to have.
    pub(crate) fn obey(self, order: &Order, work: &Work) -> io::Result<f64> {
        let running = || (work.run)(order.amount);
        Ok(match self {
            Self::Tokio => {
                let site = TokioSite::new(order.workers, order.on_worker)?;
                order.median(|| site.run(work, order.amount))
            }
            Self::Smol if order.on_worker => {
                order.median(|| smol::block_on(smol::spawn(running())))
            }
            Self::Smol => order.median(|| smol::block_on(running())),
            Self::AsyncStd if order.on_worker => {
                let run = || async_std::task::block_on(async_std::task::spawn(running()));
                order.median(run)
            }
            Self::AsyncStd => order.median(|| async_std::task::block_on(running())),
        })
    }
}
