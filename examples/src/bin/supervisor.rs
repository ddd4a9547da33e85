//! The pattern `supervisor` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::log::Log;
use anyrt_examples::patterns::supervisor::supervisor;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let log = Log::new();
        let supervised = supervisor(Duration::from_secs(1), &log).await;
        Ok(format!("{log}\n{supervised:?}"))
    })
}
