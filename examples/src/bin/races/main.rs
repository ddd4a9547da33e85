//! Finds two planted races by trying orders, and runs the order again in which each shows.
#![forbid(unsafe_code)]

use std::future::Future;
use std::process::ExitCode;

use anyrt::sim::Sim;
use anyrt_examples::races::{LockOrder, locked_update, lost_update, transfers};

/// How many orders are tried.
const SEEDS: u64 = 1_000;

fn main() -> ExitCode {
    let all = [
        explore("lost update", true, lost_update),
        explore("the same with a lock", false, locked_update),
        explore("locks in any order", true, || transfers(LockOrder::FromFirst)),
        explore("locks in one order", false, || transfers(LockOrder::SmallerFirst)),
    ];
    if all == [true; 4] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells whether a fault was found, and shown again, where there is one; and none where there is none.
fn explore<F: Future<Output = ()>>(name: &str, is_faulty: bool, program: impl Fn() -> F) -> bool {
    match Sim::new(0).try_explore(0..SEEDS, &program) {
        Ok(runs) => {
            println!("{name}: {runs} orders, and nothing found\n");
            !is_faulty
        }
        Err(failure) => {
            println!("{name}: {failure}");
            let again = Sim::new(0).try_explore([failure.seed()], &program);
            let is_same = again.is_err_and(|again| again.seed() == failure.seed());
            println!("run again: {}\n", if is_same { "the same" } else { "it went well" });
            is_faulty && is_same
        }
    }
}
