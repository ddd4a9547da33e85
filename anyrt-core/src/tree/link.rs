//! What a node keeps under its lock: where it hangs, and what hangs below it.

use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Instant;

use super::node::Node;
use crate::error::Reason;
use crate::group::GroupPart;
use crate::waker_slot::WakerSet;

pub(super) struct Link {
    pub(super) parent: Option<Arc<Node>>,
    /// What most tasks do without.
    pub(super) extra: Option<Box<Extra>>,
}

#[derive(Default)]
pub(super) struct Extra {
    /// The scopes and groups of the same task that hang here.
    pub(super) children: Branch,
    /// The tasks that hang here: the children of a group.
    pub(super) tasks: Branch,
    /// Leaves to wake when the node is cancelled, or has ended in cancellation.
    pub(super) leaves: WakerSet,
    pub(super) deadline: Option<Instant>,
    pub(super) reason: Option<Reason>,
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

    pub(super) fn take_leaves(&mut self) -> Vec<Waker> {
        self.extra.as_mut().map_or_else(Vec::new, |extra| extra.leaves.take())
    }
}

/// A list of nodes below, from which dead ones are swept when it has doubled.
#[derive(Default)]
pub(super) struct Branch {
    nodes: Vec<Weak<Node>>,
    sweep_at: usize,
}

const FIRST_SWEEP: usize = 8;

impl Branch {
    /// Adds a scope or group of the same task.
    pub(super) fn add_child(&mut self, node: &Arc<Node>) {
        if self.is_due() {
            self.sweep();
            // A scope that is polled here and there in turn is listed once for each time.
            self.nodes.sort_by_key(|node| node.as_ptr().addr());
            self.nodes.dedup_by(|a, b| a.ptr_eq(b));
        }
        self.nodes.push(Arc::downgrade(node));
    }

    /// Adds a task of a group.
    pub(super) fn add_task(&mut self, node: &Arc<Node>, group: &GroupPart) {
        if self.is_due() {
            // Looking at each costs; a group knows whether most of its tasks are dead.
            if group.unfinished() * 2 <= self.nodes.len() {
                self.sweep();
            } else {
                self.sweep_at = self.nodes.len() * 2;
            }
        }
        self.nodes.push(Arc::downgrade(node));
    }

    fn is_due(&self) -> bool {
        self.nodes.len() >= self.sweep_at.max(FIRST_SWEEP)
    }

    fn sweep(&mut self) {
        self.nodes.retain(|node| node.strong_count() > 0);
        self.sweep_at = self.nodes.len() * 2;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Arc<Node>> + '_ {
        self.nodes.iter().filter_map(Weak::upgrade)
    }
}
