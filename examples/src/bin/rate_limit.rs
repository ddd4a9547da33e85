//! The pattern `rate_limit` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::rate_limit::rate_limit;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let start = anyrt::now();
        let peak = rate_limit(20, 5, Duration::from_secs(1)).await?;
        let took = (anyrt::now() - start).as_secs_f64();
        Ok(format!("20 fetches of 1 s, at most {peak} at once: {took:.1} s"))
    })
}
