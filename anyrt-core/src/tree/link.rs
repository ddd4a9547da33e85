//! What a node keeps under its lock: where it hangs, and what hangs below it; and whom to tell.

use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Instant;

use super::node::Node;
use super::result::TaskResult;
use super::tasks::Tasks;
use crate::error::Reason;
use crate::waker_slot::WakerSet;

#[derive(Default)]
pub(super) struct Link {
    pub(super) parent: Option<Arc<Node>>,
    /// Whom to wake when the node is cancelled.
    pub(super) waker: Option<Waker>,
    pub(super) result: TaskResult,
    /// What most tasks do without.
    pub(super) extra: Option<Box<Extra>>,
}

#[derive(Default)]
pub(super) struct Extra {
    /// The scopes and groups of the same task that hang here.
    pub(super) children: Branch,
    /// The tasks that hang here: the children of a group.
    pub(super) tasks: Tasks,
    /// Leaves to wake when the node is cancelled, or has ended in cancellation.
    pub(super) leaves: WakerSet,
    pub(super) reason: Option<Reason>,
    pub(super) deadline: Option<Instant>,
    /// What a task is called.
    pub(super) name: Option<Arc<str>>,
}

impl Link {
    pub(super) fn extra(&self) -> Option<&Extra> {
        self.extra.as_deref()
    }

    pub(super) fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.extra()?.deadline
    }

    pub(super) fn set_deadline(&mut self, deadline: Option<Instant>) {
        if deadline.is_some() || self.extra.is_some() {
            self.extra_mut().deadline = deadline;
        }
    }

    pub(super) fn take_leaves(&mut self) -> Vec<Waker> {
        self.extra.as_mut().map_or_else(Vec::new, |extra| extra.leaves.take())
    }
}

/// The scopes and groups below, from which dead ones are swept when it has doubled.
#[derive(Default)]
pub(super) struct Branch {
    nodes: Vec<Weak<Node>>,
    sweep_at: usize,
}

const FIRST_SWEEP: usize = 8;

impl Branch {
    pub(super) const fn new() -> Self {
        Self { nodes: Vec::new(), sweep_at: 0 }
    }

    pub(super) fn add(&mut self, node: &Arc<Node>) {
        if self.nodes.len() >= self.sweep_at.max(FIRST_SWEEP) {
            self.nodes.retain(|node| node.strong_count() > 0);
            // A scope that is polled here and there in turn is listed once for each time.
            self.nodes.sort_by_key(|node| node.as_ptr().addr());
            self.nodes.dedup_by(|a, b| a.ptr_eq(b));
            self.sweep_at = self.nodes.len() * 2;
        }
        self.nodes.push(Arc::downgrade(node));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Arc<Node>> + '_ {
        self.nodes.iter().filter_map(Weak::upgrade)
    }
}
