//! The pattern `gather` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::gather::{in_call_order, in_finishing_order};
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let called = in_call_order(SECOND).await?;
        let finished = in_finishing_order(SECOND).await;
        Ok(format!("gather: {called:?}\nas completed: {finished:?}"))
    })
}
