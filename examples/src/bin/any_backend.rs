//! The pattern `any_backend` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::any_backend::sorted_by_sleeping;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let words = vec!["sparrow", "ant", "giraffes", "horse"];
        Ok(sorted_by_sleeping(words, Duration::from_millis(100)).await)
    })
}
