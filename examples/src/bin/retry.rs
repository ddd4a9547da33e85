//! The pattern `retry` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::retry::ask_three_times;
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let mut lines = Vec::new();
        for pause in [1, 7] {
            let mut attempts = 0;
            let answer = ask_three_times(SECOND, SECOND * pause, || {
                attempts += 1;
                anyrt::sleep_forever()
            });
            let answer = answer.await;
            lines.push(format!("pauses of {pause} s: {attempts} attempts, then {answer:?}"));
        }
        Ok(lines.join("\n"))
    })
}
