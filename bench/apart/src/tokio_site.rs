//! A tokio runtime that works run on.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::work::Work;

/// A tokio runtime, and where on it the works run.
#[derive(Debug)]
pub struct TokioSite {
    runtime: Runtime,
    on_worker: bool,
}

impl TokioSite {
    /// Starts a runtime with so many workers.
    ///
    /// # Errors
    ///
    /// What the system says if it gives no threads.
    pub fn new(workers: usize, on_worker: bool) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
        Ok(Self { runtime, on_worker })
    }

    /// Gives what the work takes.
    ///
    /// # Panics
    ///
    /// Panics if the work does.
    pub fn run(&self, work: &Work, amount: usize) -> f64 {
        let running = (work.run)(amount);
        if self.on_worker {
            let task = self.runtime.spawn(running);
            self.runtime.block_on(task).expect("no work panics or is aborted")
        } else {
            self.runtime.block_on(running)
        }
    }
}
