//! The pattern `event` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_examples::patterns::event::event;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || Ok(format!("the consumer sees {:?}", event(10).await?)))
}
