//! The tasks of a group: who is in its list, and when the ended ones leave it.
//!
//! The list keeps its tasks alive after their end, together with their wakers, and so with the memory
//! that the runtime has for them. Most of all this is then given back by the thread that spawns
//! and joins, which is the one that took it: allocators are slow where one thread frees what
//! another has taken.
//!
//! # Invariants
//!
//! - A task and its group keep each other alive until the task is swept, or the group has closed:
//!   whoever closes it takes the whole list.
//! - What was swept is dropped after unlocking: it may be the last of a handle's value or a waker.
//! - The ended tasks in the list are never many more than twice the live ones: a spawn that finds
//!   the list doubled sweeps it; where none comes, one of the ending tasks does.

use std::sync::Arc;

use super::node::{Node, RUNNING};
use crate::quiet::drop_quietly;

/// Below this length there is nothing to gain.
const FIRST_SWEEP: usize = 8;

#[derive(Default)]
pub(super) struct Tasks {
    nodes: Vec<Arc<Node>>,
    sweep_at: usize,
}

/// Ended tasks, to be dropped without a lock.
#[must_use]
#[derive(Default)]
pub(super) struct Swept(Vec<Arc<Node>>);

impl Swept {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Swept {
    fn drop(&mut self) {
        for node in std::mem::take(&mut self.0) {
            // In the order in which the memory was taken: so its pieces join at once.
            let waker = node.take_waker();
            drop(node);
            drop_quietly(waker);
        }
    }
}

impl Tasks {
    /// Adds a task; `live` tells how many have not ended, and is asked only now and then.
    pub(super) fn add(&mut self, node: &Arc<Node>, live: impl FnOnce() -> usize) -> Swept {
        let mut swept = Swept::default();
        if self.nodes.len() >= self.sweep_at.max(FIRST_SWEEP) {
            // Looking at each costs, so it must be worth it.
            if live() * 2 <= self.nodes.len() {
                swept = self.sweep();
            } else {
                self.sweep_at = self.nodes.len() * 2;
            }
        }
        self.nodes.push(node.clone());
        swept
    }

    /// Takes the ended tasks out.
    pub(super) fn sweep(&mut self) -> Swept {
        let (live, ended) =
            std::mem::take(&mut self.nodes).into_iter().partition(|node| node.has(RUNNING));
        self.nodes = live;
        self.sweep_at = self.nodes.len() * 2;
        Swept(ended)
    }

    /// Takes all tasks out: the group has closed, and they have ended.
    pub(super) fn clear(&mut self) -> Swept {
        Swept(std::mem::take(&mut self.nodes))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().filter(|node| node.has(RUNNING))
    }
}
