//! The runtime of the process starts with its first use, not with its backend.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Driver};
use anyrt_tokio::TokioBackend;

/// The names of the threads of this process, where the system tells them.
fn threads() -> BTreeSet<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map(Result::unwrap);
    tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok()).collect()
}

/// Runs the test `alone` in a process of its own, where no other test has started the runtime.
#[test]
#[cfg(target_os = "linux")]
fn making_a_backend_starts_no_thread() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", "alone", "--ignored"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
#[ignore = "the other test runs it"]
fn alone() {
    const MADE: TokioBackend = TokioBackend::new();
    let before = threads();
    let clone = MADE.clone();
    assert_eq!(Backend::name(&clone), "tokio");
    assert!(Driver::now(&clone) <= std::time::Instant::now());
    assert!(TokioBackend::current().is_none());
    assert_eq!(threads(), before, "nothing was run or spawned yet");

    // A thread has its name before it runs anything.
    assert_eq!(clone.run(clone.run_blocking(|| 42)), 42);
    let started: Vec<_> = threads().difference(&before).cloned().collect();
    assert!(started.iter().all(|name| name.starts_with("tokio-")), "{started:?}");
    assert!(!started.is_empty(), "tokio has started");
}
