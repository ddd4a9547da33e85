//! The pattern `task_group` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::log::Log;
use anyrt_examples::patterns::task_group::load;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let mut lines = Vec::new();
        for second_shard in [Ok(1), Err("unreadable")] {
            let log = Log::new();
            let sum = load(vec![Ok(20), second_shard, Ok(21)], Duration::from_secs(1), &log).await;
            lines.push(format!("{log}\n{sum:?}"));
        }
        Ok(lines.join("\n"))
    })
}
