//! The pattern `worker_process` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::worker_process::{Work, in_a_process};
use anyrt_examples::program;
use anyrt_workers::{Options, pool, serve};

fn main() -> ExitCode {
    serve::<Work>(); // A worker process goes no further.
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let lines = pool(Options::new(2), async |pool| {
            let mut lines = Vec::new();
            for work in [Work::Primes(30_000), Work::Panic, Work::Crash] {
                let worked = in_a_process(&pool, work.clone(), SECOND).await;
                lines.push(match worked {
                    Ok(worked) => format!("{work:?}: {worked:?}"),
                    Err(error) => format!("{work:?}: {error}"),
                });
            }
            lines.join("\n")
        });
        Ok(lines.await?)
    })
}
