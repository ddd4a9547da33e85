//! The pattern `blocking_work` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyrt_examples::patterns::blocking_work::in_a_thread;
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let work = || {
            thread::sleep(SECOND);
            Ok::<_, std::io::Error>(42)
        };
        let worked = in_a_thread(work, SECOND).await?;
        Ok(format!("{} came back; meanwhile a task ticked {} times", worked.value, worked.ticks))
    })
}
