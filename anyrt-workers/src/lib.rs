//! Worker processes for CPU work: jobs go in, outputs come back.
//!
//! A job on a thread of [`anyrt::blocking`] cannot be stopped, and takes the program with it when it
//! crashes. One in a process of its own can, and does not. What that costs is that jobs and outputs
//! travel: they are [`serde`]'s, in the form of [`postcard`].
//!
//! A worker is the program itself, started once more: [`serve`], called at the start of `main`, makes it
//! one. [`pool`] starts as many as there is work for, at most as many as it is told, and uses them again.
//!
//! # Rules
//!
//! - Workers belong to their pool, and none outlives it (law O5).
//! - A job whose scope is cancelled takes its worker with it: the worker is killed and reaped before the
//!   scope returns.
//! - A worker that crashes is the error of the job that it ran: [`WorkerError::Crashed`] with its status.
//!   One whose job panics lives on.
//! - Jobs wait for a worker in the order in which they came.
//!
//! # Examples
//!
//! ```standalone_crate
//! use anyrt_workers::{Job, Options, pool, serve};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Sum(Vec<u64>);
//!
//! impl Job for Sum {
//!     type Output = u64;
//!
//!     fn run(self) -> u64 {
//!         self.0.iter().sum()
//!     }
//! }
//!
//! fn main() {
//!     serve::<Sum>();
//!     let sum = anyrt::run(pool(Options::new(2), async |pool| pool.run(Sum(vec![1, 2, 39])).await));
//!     assert_eq!(sum.unwrap().unwrap(), 42);
//! }
//! ```
#![forbid(unsafe_code)]

mod error;
mod frame;
mod job;
mod pool;
mod serve;
mod worker;

pub use error::WorkerError;
pub use job::Job;
pub use pool::{Options, Pool, pool};
pub use serve::serve;
