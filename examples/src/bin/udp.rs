//! The pattern `udp` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::udp::udp;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let (answer, asked) = udp(2, Duration::from_millis(100)).await?;
        Ok(format!("asked {asked} times, answered {answer:?}"))
    })
}
