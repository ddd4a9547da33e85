//! The pattern `timeout_each` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::timeout_each::{closed_port, table, timeout_each};
use anyrt_examples::program;
use anyrt_examples::site::Site;

fn main() -> ExitCode {
    let site = Site { pages: 3, failing: 1, hanging: 1, latency: Duration::from_millis(100) };
    program::run(async || {
        let visit = site.visit(async |mut pages| {
            pages.extend(closed_port().await);
            let fetched = timeout_each(pages.clone(), Duration::from_secs(1)).await?;
            Ok(table(&pages, &fetched))
        });
        visit.await?.value
    })
}
