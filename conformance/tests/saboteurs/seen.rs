//! How a law is seen to be broken.

use std::time::Duration;

use anyrt_conformance::{Law, Outcome, run_law};

/// Runs the check of one of these laws for so long.
///
/// A check that hangs is seen to fail, too, and need not be waited for at length.
pub(crate) fn outcome<B>(laws: Vec<Law<B>>, id: &str, limit: Duration, subject: &B) -> Outcome
where
    B: Clone + Send + 'static,
{
    let law = laws.into_iter().find(|law| law.id == id);
    let law = Law { limit, ..law.unwrap_or_else(|| panic!("there is no law {id}")) };
    let outcome = run_law(&law, subject);
    println!("{id}: {outcome:?}");
    outcome
}

/// A law without a saboteur would be a check that was never seen to fail.
#[track_caller]
pub(crate) fn assert_all_are_broken<B>(laws: &[Law<B>], broken: &[&str]) {
    let unbroken = laws.iter().map(|law| law.id).filter(|id| !broken.contains(id));
    assert_eq!(unbroken.collect::<Vec<_>>(), [""; 0], "no saboteur breaks these laws");
}
