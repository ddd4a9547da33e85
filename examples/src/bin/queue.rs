//! The pattern `queue` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_examples::patterns::queue::queue;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || Ok(format!("{:?}", queue(20, 3).await?)))
}
