//! The pattern `nursery` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::nursery::nursery;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || Ok(nursery(Duration::from_secs(1)).await?.to_string()))
}
