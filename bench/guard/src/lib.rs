//! The ten hottest paths of anyrt, each as a loop that does nothing else.
//!
//! They run on one thread, on a tokio whose clock stands still, so that each run executes the same
//! instructions.
#![forbid(unsafe_code)]

mod paths;

use std::fmt::{self, Display};

use tokio::runtime::{Builder, Runtime};

pub use paths::PATHS;

/// Something that programs do often.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// What it is called.
    pub name: &'static str,
    run: fn(&Runtime, usize),
}

impl Path {
    /// Does it so many times.
    pub fn run(&self, runtime: &Runtime, times: usize) {
        (self.run)(runtime, times);
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Makes the runtime that the paths run on.
///
/// # Panics
///
/// Panics if the system refuses what a runtime without threads needs.
pub fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime without threads starts")
}
