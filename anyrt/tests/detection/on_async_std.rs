//! The places of a program on async-std.

use async_std::task;

use crate::in_time::in_time;
use crate::library::{here, home, work};

#[test]
fn in_a_task_of_async_std() {
    let main = async { (work().await, task::spawn(work()).await) };
    assert_eq!(in_time(|| task::block_on(main)), ("async-std", "async-std"));
}

/// Its blocking threads are those of smol, and no task runs there.
#[test]
fn in_spawn_blocking_of_async_std() {
    let blocking = || (here(), home(), smol::block_on(work()));
    let found =
        in_time(move || task::block_on(async move { task::spawn_blocking(blocking).await }));
    assert_eq!(found, ("smol", "none", "smol"));
}

#[test]
fn a_blocking_call_of_anyrt_knows_its_backend() {
    let main = async { anyrt::blocking::run(here).await };
    assert_eq!(in_time(|| task::block_on(main)), "async-std");
}
