//! The cooperative budget: how often a task may succeed before it must yield (law F2).
//!
//! Each poll of a task starts with a full budget. An operation that completes spends one unit; an
//! operation that finds the budget empty yields before it commits to anything, and wakes its task,
//! so that other tasks get their turn and deadlines get their poll (law D7). Operations that have
//! to wait spend nothing.
//!
//! # Invariants
//!
//! - In a task an empty budget stays empty to the end of the poll, so that every branch of a `join!`
//!   yields; but not for ever: after as many refusals it is full again, since a foreign `block_on`
//!   inside the poll would spin otherwise.
//! - Outside a task the budget is the thread's, and one refusal fills it again.

use std::cell::Cell;

use crate::sys::thread_local;

const FULL: i32 = 128;

#[derive(Clone, Copy)]
struct Budget {
    /// Units left; below zero it counts refusals.
    left: i32,
    in_task: bool,
}

thread_local! {
    static BUDGET: Cell<Budget> = const { Cell::new(Budget { left: FULL, in_task: false }) };
}

/// Gives back the outer budget when the poll of the task is over.
pub(crate) struct TaskBudget(Option<Budget>);

#[inline]
pub(crate) fn start_task() -> TaskBudget {
    TaskBudget(BUDGET.try_with(|budget| budget.replace(Budget { left: FULL, in_task: true })).ok())
}

impl Drop for TaskBudget {
    #[inline]
    fn drop(&mut self) {
        if let Some(outer) = self.0 {
            let _ = BUDGET.try_with(|budget| budget.set(outer));
        }
    }
}

/// Whether an operation may go on; one that may not has to yield.
#[inline]
pub(crate) fn has_turn() -> bool {
    BUDGET.try_with(|budget| budget.get().left > 0 || refuse(budget)).unwrap_or(true)
}

#[cold]
fn refuse(budget: &Cell<Budget>) -> bool {
    let Budget { left, in_task } = budget.get();
    let left = if !in_task || left <= -FULL { FULL } else { left - 1 };
    budget.set(Budget { left, in_task });
    false
}

/// Spends a unit: an operation has completed.
#[inline]
pub(crate) fn spend() {
    let _ = BUDGET.try_with(|budget| {
        let Budget { left, in_task } = budget.get();
        if left > 0 {
            budget.set(Budget { left: left - 1, in_task });
        }
    });
}
