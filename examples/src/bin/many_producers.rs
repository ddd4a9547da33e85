//! The pattern `many_producers` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_examples::patterns::many_producers::many_producers;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || Ok(format!("{:?}", many_producers(5).await?)))
}
