//! The pattern `first_failure` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::first_failure::first_failure;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let (result, log) = first_failure(Duration::from_secs(1)).await;
        Ok(format!("{log}\n{result:?}"))
    })
}
