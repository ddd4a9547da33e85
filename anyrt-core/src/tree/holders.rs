//! Who holds a cancelled scope open, and whether anybody still polls them.
//!
//! A group, a shield, a cleanup or a blocking call keeps the cancelled scopes around it alive
//! until it is done. But its future may sit in a variable that nobody polls any more, and then the
//! scope would wait for ever. So a cancelled scope asks: it wakes the holders that its last pass
//! did not reach, and polls once more. Who does not answer is *stalled* and no longer counts.
//!
//! # Invariants
//!
//! - Nothing is counted on the fast path: holders are looked up only when a scope is cancelled.
//! - A round of questions ends only with a quiet pass, one in which nothing was woken: combinators
//!   that poll only what was woken, or only some of it at a time, get as many passes as they need.
//! - A round is opened by an event (a holder that was not reached) and never by its own end, so it
//!   cannot feed itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

use super::node::{HOLDING, Node, RUNNING, SHIELD, STALLED, STRUCK, TASK_ROOT};
use crate::lock::lock;

impl Node {
    fn holds(&self) -> bool {
        self.has(HOLDING) || (self.has(SHIELD) && !self.has(STRUCK))
    }

    /// The running nodes that hang directly under this one and belong to the same task.
    pub(super) fn children_in_task(self: &Arc<Self>) -> Vec<Arc<Node>> {
        let mut children: Vec<_> =
            lock(&self.link).children.iter().filter_map(Weak::upgrade).collect();
        children.retain(|child| {
            child.has(RUNNING)
                && !child.has(TASK_ROOT)
                && child.parent().is_some_and(|parent| Arc::ptr_eq(&parent, self))
        });
        children
    }

    /// The topmost holders below this node, in its task, that are not known to be stalled.
    pub(crate) fn holders(self: &Arc<Self>) -> Vec<Arc<Node>> {
        let mut holders = Vec::new();
        let mut todo = vec![self.clone()];
        while let Some(node) = todo.pop() {
            for child in node.children_in_task() {
                if child.has(STALLED) {
                    continue;
                }
                if child.holds() {
                    holders.push(child);
                } else {
                    todo.push(child);
                }
            }
        }
        holders
    }
}

/// Holders as they were before a pass, with how often each had been polled.
pub(crate) struct Snapshot(Vec<(Arc<Node>, u64)>);

impl Snapshot {
    pub(crate) fn of(holders: Vec<Arc<Node>>) -> Self {
        Self(holders.into_iter().map(|node| (node.clone(), node.polls())).collect())
    }

    /// Whether the node was polled since; one that came later is being polled.
    pub(crate) fn saw(&self, node: &Arc<Node>) -> bool {
        match self.0.iter().find(|(known, _)| Arc::ptr_eq(known, node)) {
            Some((_, polls)) => node.polls() != *polls,
            None => true,
        }
    }
}

/// A round of questions that is under way, kept by the scope that asks.
pub(crate) struct Round {
    pub(crate) since: Snapshot,
}

/// A waker that notes whether it was called, and can be kept from passing it on.
pub(crate) struct Recorder {
    inner: Waker,
    muted: AtomicBool,
    woken: AtomicBool,
}

impl Recorder {
    pub(crate) fn new(inner: &Waker) -> Arc<Self> {
        Arc::new(Self {
            inner: inner.clone(),
            muted: AtomicBool::new(false),
            woken: AtomicBool::new(false),
        })
    }

    pub(crate) fn mute(&self, muted: bool) {
        self.muted.store(muted, Ordering::SeqCst);
    }

    pub(crate) fn was_woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }

    pub(crate) fn forget(&self) {
        self.woken.store(false, Ordering::SeqCst);
    }
}

impl Wake for Recorder {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        if !self.muted.load(Ordering::SeqCst) {
            self.inner.wake_by_ref();
        }
    }
}
