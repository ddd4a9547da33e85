//! The pattern `lock` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyrt_examples::patterns::lock::{locked, racy};
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let (locked, racy) = (locked(1000).await?, racy(1000).await?);
        Ok(format!("1000 tasks count with a lock to {locked}, without one to {racy}"))
    })
}
