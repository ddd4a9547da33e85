//! Why a job has no output.

use std::io;
use std::process::ExitStatus;

/// A job has no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The worker ended while it had the job.
    #[error("the worker crashed: it ended with {0}")]
    Crashed(ExitStatus),
    /// The job panicked, with this message; the worker lives on.
    #[error("the job panicked: {0}")]
    Panicked(String),
    /// The process that was started does not speak as a worker.
    ///
    /// Its `main` has not called [`serve`](crate::serve) for this type of job, or something wrote to its
    /// standard output.
    #[error(
        "the process does not speak as a worker: call serve at the start of main, for this type of \
         job, and have jobs write nothing to the standard output"
    )]
    NotServed,
    /// The worker could not be started, or not be spoken with.
    #[error("the worker cannot be used: {0}")]
    Io(#[from] io::Error),
    /// The job or its output cannot be brought into the form that travels.
    #[error("the job or its output cannot travel: {0}")]
    Encoding(#[from] postcard::Error),
    /// The pool has ended.
    #[error("the pool has ended: run jobs while its body runs")]
    Closed,
}
