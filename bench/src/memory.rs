//! What children, groups and scopes that wait take of the heap.

use anyrt_bench_apart::memory::{Memory, memories};

use crate::work::{Contest, Place, Unit};

/// The rows of the table. `scale` divides how many wait.
pub(crate) fn contests(scale: usize) -> Vec<Contest> {
    let contest = |memory: Memory| {
        let Memory { job, facade, peer, has_target, amount } = memory;
        Contest::new(job, facade, peer, amount)
            .at(Place::Memory)
            .counted_in(Unit::Bytes)
            .at_most(has_target.then_some(1.0))
    };
    memories(scale).into_iter().map(contest).collect()
}
