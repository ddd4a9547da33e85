//! Groups whose children run inside their owner's task, and may borrow from its stack.
//!
//! It is a task group like any other, with the same laws: what differs is that its own future polls
//! the children, one after the other, instead of a runtime. So they are concurrent, not parallel, and
//! nothing has to be proved about how long the borrows live: they end with the future.
//!
//! # Invariants
//!
//! - A child is in the inbox, from its `spawn` until its group is polled next, or in the set. Both are
//!   emptied when the future is dropped, so that a child which holds a handle of its own group is not
//!   kept alive by it.
//! - A child is polled only if it was woken, and at most once in each poll of the group: one that wakes
//!   itself again has its turn after the others, and after the rest of the task (law F2).

mod child_set;
mod handle;
mod run;

pub use handle::InlineGroup;
pub use run::RunInlineGroup;
