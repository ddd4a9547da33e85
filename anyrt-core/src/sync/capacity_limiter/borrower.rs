//! Who has a token.

use std::fmt::{self, Debug};
use std::sync::atomic::Ordering;

use crate::frame;
use crate::task::TaskId;
use crate::tree::Role;

/// Who borrows a token of a [`CapacityLimiter`](super::CapacityLimiter) (law L7).
///
/// A task, or whatever is made or numbered for the purpose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Borrower(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    Nobody,
    Task(TaskId),
    /// The body of an outermost group, by the group's number.
    Body(u64),
    Made(u64),
    Numbered(u64),
}

static MADE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

impl Borrower {
    /// Makes a borrower that is equal to no other one.
    #[expect(clippy::new_without_default, reason = "two defaults would differ")]
    pub fn new() -> Self {
        Self(Kind::Made(MADE.fetch_add(1, Ordering::Relaxed)))
    }

    /// Gives the task that runs now.
    ///
    /// The body of a group is part of the task that opened the group. Outside anyrt's tasks, each
    /// call gives another borrower.
    pub fn current() -> Self {
        let mut next = frame::home();
        while let Some(node) = next {
            if let Role::Task(task) = &node.role {
                return Self(Kind::Task(task.id()));
            }
            next = node.parent();
            if let (None, Role::Group(group)) = (&next, &node.role) {
                return Self(Kind::Body(group.number()));
            }
        }
        Self::new()
    }

    /// Stands for the task that polls until it does.
    pub(super) const fn nobody() -> Self {
        Self(Kind::Nobody)
    }
}

impl From<TaskId> for Borrower {
    fn from(task: TaskId) -> Self {
        Self(Kind::Task(task))
    }
}

/// Numbers of the caller's own, such as of users or connections.
impl From<u64> for Borrower {
    fn from(number: u64) -> Self {
        Self(Kind::Numbered(number))
    }
}

impl Debug for Borrower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Nobody => f.write_str("Borrower(not known yet)"),
            Kind::Task(task) => write!(f, "Borrower(task {task})"),
            Kind::Body(group) => write!(f, "Borrower(body of group {group})"),
            Kind::Made(number) => write!(f, "Borrower({number})"),
            Kind::Numbered(number) => write!(f, "Borrower(number {number})"),
        }
    }
}
