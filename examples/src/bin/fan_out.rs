//! The pattern `fan_out` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::fan_out::fan_out;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let done = fan_out(20, Duration::from_millis(100)).await?;
        let lines = (1..).zip(done).map(|(worker, items)| format!("worker {worker}: {items:?}"));
        Ok(Vec::from_iter(lines).join("\n"))
    })
}
