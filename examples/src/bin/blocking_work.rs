//! The pattern `blocking_work` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyrt_examples::patterns::blocking_work::{in_a_thread, there_and_back, until_cancelled};
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let work = || {
            thread::sleep(SECOND);
            Ok::<_, std::io::Error>(42)
        };
        let worked = in_a_thread(work, SECOND).await?;
        let (count, slept) = (until_cancelled(SECOND).await, there_and_back(SECOND).await?);
        Ok(format!(
            "{} came back; meanwhile a task ticked {} times\n\
             a thread counted to {count} until its time was over\n\
             a thread has {slept} in the way of tasks",
            worked.value, worked.ticks
        ))
    })
}
