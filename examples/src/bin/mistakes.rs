//! The classic mistakes as a program: what becomes of those that compile.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyrt_examples::patterns::mistakes::{
    blocking_the_loop, fire_and_forget, ignored_error, not_blocking_the_loop,
};
use anyrt_examples::program;

fn main() -> ExitCode {
    const SECOND: Duration = Duration::from_secs(1);
    program::run(async || {
        let (blocked, free) =
            (blocking_the_loop(SECOND).await, not_blocking_the_loop(SECOND).await);
        let forgotten = fire_and_forget(SECOND).await?;
        let ignored = ignored_error().await;
        Ok(format!(
            "never awaited: the compiler warns\n\
             blocking the loop: {blocked} ticks meanwhile; in a thread: {free}\n\
             fire and forget: the group waits for the child\n{forgotten}\n\
             racy state: the compiler refuses it\n\
             ignored errors: {ignored:?}"
        ))
    })
}
