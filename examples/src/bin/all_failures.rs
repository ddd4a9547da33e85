//! The pattern `all_failures` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::all_failures::all_failures;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let result = all_failures(Duration::from_secs(1)).await;
        Ok(format!("{result:#?}"))
    })
}
