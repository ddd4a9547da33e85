//! What children, groups and scopes that wait take of the heap.
//!
//! It is what was asked of the allocator and not given back; what the allocator itself adds, and
//! what it leaves unused between, is not in it.

mod ours;
mod theirs;

use crate::work::{Work, part};

/// What is allocated now.
fn bytes() -> f64 {
    dhat::HeapStats::get().curr_bytes as f64
}

/// Something that waits, in our way and in the peer's.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// What it is called.
    pub job: &'static str,
    /// Through the facade.
    pub facade: Work,
    /// In the way of tokio.
    pub peer: Work,
    /// Whether ours may at most take as much.
    pub has_target: bool,
    /// How many of them a run has.
    pub amount: usize,
}

/// What is compared. `scale` divides how many there are.
pub fn memories(scale: usize) -> Vec<Memory> {
    let amount = 10_000 / scale;
    vec![
        Memory {
            job: "memory-child",
            facade: Work { name: "anyrt::task_group", run: |times| part(ours::children(times)) },
            peer: Work { name: "tokio::task::JoinSet", run: |times| part(theirs::children(times)) },
            has_target: true,
            amount,
        },
        Memory {
            job: "memory-group",
            facade: Work { name: "anyrt::task_group", run: |times| part(ours::groups(times)) },
            peer: Work { name: "tokio::task::JoinSet", run: |times| part(theirs::groups(times)) },
            has_target: false,
            amount,
        },
        Memory {
            job: "memory-scope",
            facade: Work { name: "anyrt::CancelScope", run: |times| part(ours::scopes(times)) },
            peer: Work { name: "CancellationToken", run: |times| part(theirs::scopes(times)) },
            has_target: false,
            amount,
        },
    ]
}

/// All ways, by the job that they do.
pub fn works() -> Vec<(&'static str, Work)> {
    let ways = |memory: Memory| [memory.facade, memory.peer].map(|work| (memory.job, work));
    memories(1).into_iter().flat_map(ways).collect()
}
