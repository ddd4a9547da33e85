//! The pattern `which_backend` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::which_backend::which_backend;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || Ok(format!("{:#?}", which_backend(Duration::from_secs(1)).await?)))
}
