//! The pattern `timeouts` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::timeouts::{fail_after_two, move_on_after_two};
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let mut lines = Vec::new();
        for takes in [1, 1000] {
            let moved_on = move_on_after_two(SECOND, takes).await;
            let answered = fail_after_two(SECOND, takes).await;
            lines.push(format!("an answer that takes {takes} s: {moved_on:?}, {answered:?}"));
        }
        Ok(lines.join("\n"))
    })
}
