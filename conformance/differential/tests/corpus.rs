//! All programs of the corpus do on anyrt, at each instant, what they did on Trio.
#![forbid(unsafe_code)]

use anyrt_differential::{Target, corpus, divergences};

/// Tasks end before their group, destructors run once, no item is lost or doubled, the run ends: the
/// interpreter looks after that, too.
fn agree(target: Target, schedules: u64) {
    let faults = divergences(&corpus(), target, schedules);
    let shown = faults.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} programs diverge, among them:\n{shown}", faults.len());
}

#[test]
fn there_are_at_least_a_thousand_programs() {
    assert!(corpus().len() >= 1000, "the corpus has {} programs", corpus().len());
}

#[test]
fn on_the_simulator_in_several_orders() {
    agree(Target::Sim, 3);
}

#[test]
fn on_a_paused_tokio() {
    agree(Target::TokioPaused, 1);
}
