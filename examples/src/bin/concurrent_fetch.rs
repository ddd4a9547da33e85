//! The pattern `concurrent_fetch` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::concurrent_fetch::compare;
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let [one_by_one, at_once] = compare(5, Duration::from_secs(1)).await?;
        let (one_by_one, at_once) = (one_by_one.as_secs_f64(), at_once.as_secs_f64());
        Ok(format!("5 pages: {one_by_one:.1} s one by one, {at_once:.1} s at once"))
    })
}
