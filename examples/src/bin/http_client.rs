//! The pattern `http_client` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::http_client::http_client;
use anyrt_examples::program;
use anyrt_examples::site::Site;

fn main() -> ExitCode {
    let site = Site { pages: 20, failing: 1, hanging: 0, latency: Duration::from_millis(100) };
    program::run(async || {
        let visit = site.visit(|pages| http_client(pages, 5)).await?;
        Ok(format!("statuses: {:?}\nat most {} at once", visit.value?, visit.peak))
    })
}
