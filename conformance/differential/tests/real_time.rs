//! Programs of the corpus end in the same way in real time, on each runtime.
//!
//! Time is scaled down so that things happen a few milliseconds apart. A program that disagrees runs
//! again with more time, up to a second between two things, so that a busy machine fails no test.
#![forbid(unsafe_code)]

use anyrt_differential::{Entry, Target, corpus, divergences};

const PROGRAMS: usize = 200;

fn agree(target: Target) {
    let timed: Vec<Entry> = corpus().into_iter().filter(Entry::is_timed).take(PROGRAMS).collect();
    assert_eq!(timed.len(), PROGRAMS, "programs for real time");
    let faults = divergences(&timed, target, 1);
    assert!(faults.is_empty(), "{} programs diverge:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn on_tokio() {
    agree(Target::Tokio);
}

#[test]
fn on_smol() {
    agree(Target::Smol);
}

#[test]
fn on_async_std() {
    agree(Target::AsyncStd);
}
