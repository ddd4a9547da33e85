//! The life of a node: polled, released, parked; and who is told of it.

use std::sync::Arc;
use std::task::Waker;

use super::node::{EFFECTIVE, HOLDING, Node, RUNNING, Role, SHIELD, STALLED, TASK_ROOT};
use crate::lock::lock;
use crate::quiet;
use crate::sys::atomic::Ordering;

impl Node {
    /// Notes that the owner polls it now.
    #[inline]
    pub(crate) fn mark_polled(&self) {
        self.progress.count_poll();
        if self.has(STALLED) {
            self.unset(STALLED);
        }
    }

    /// Notes that nobody polls it any more, until somebody does.
    pub(crate) fn set_stalled(&self) {
        self.set(STALLED);
    }

    /// Notes that its life in the tree begins.
    pub(crate) fn start(&self) {
        self.set(RUNNING);
    }

    /// Notes that its life in the tree is over, so that it holds nothing open any more.
    pub(crate) fn release(&self) {
        let before = self.flags.fetch_and(!(RUNNING | HOLDING), Ordering::SeqCst);
        if before & RUNNING == 0 {
            return;
        }
        let is_cancelled = before & EFFECTIVE != 0;
        // What a task has left goes when its group sweeps.
        let is_swept = matches!(self.role, Role::Task(_));
        let leaves = if is_swept && !is_cancelled {
            Vec::new()
        } else {
            let mut link = lock(&self.link);
            let waker = if is_swept { None } else { link.waker.take() };
            let leaves = link.take_leaves();
            drop(link);
            quiet::drop_quietly(waker);
            leaves
        };
        if before & (HOLDING | SHIELD) != 0 {
            self.wake_held();
        }
        if is_cancelled {
            leaves.into_iter().for_each(quiet::wake);
        }
    }

    /// Has a leaf that was cut looked at again when this node, which resolves that, has ended.
    pub(crate) fn wake_at_end(&self, waker: &Waker) {
        if self.waker().is_some_and(|own| own.will_wake(waker)) {
            return;
        }
        let repeated = lock(&self.link).extra_mut().leaves.add(waker.clone());
        drop(repeated);
    }

    /// Has a leaf that waits looked at again when this node is cancelled.
    pub(crate) fn wake_when_cancelled(&self, waker: &Waker) {
        let waker = waker.clone();
        let mut link = lock(&self.link);
        if self.has(EFFECTIVE) {
            drop(link);
            return quiet::wake(waker);
        }
        let repeated = link.extra_mut().leaves.add(waker);
        drop(link);
        drop(repeated);
    }

    /// Forgets a waker that was to be woken when this node is cancelled.
    pub(crate) fn forget_waker(&self, waker: &Waker) {
        let known = lock(&self.link).extra_mut().leaves.remove(waker);
        drop(known);
    }

    /// Notes that its work is over, while it waits for an outer scope to drop it.
    ///
    /// If it is kept outside that scope, it is looked at again when the scope has ended.
    pub(crate) fn park(self: &Arc<Self>, waker: &Waker) {
        let before = self.flags.fetch_and(!HOLDING, Ordering::SeqCst);
        if before & HOLDING != 0 {
            self.wake_held();
        }
        if let Some(resolver) = self.strike() {
            resolver.wake_at_end(waker);
        }
    }

    /// Panics if a future whose work was over has given its result already.
    pub(crate) fn refuse_late_poll(&self, was_over: bool) {
        if was_over && !self.has(RUNNING) {
            Self::refuse_polls();
        }
    }

    pub(crate) fn refuse_polls() -> ! {
        panic!("a group or scope was polled after it had given its result");
    }

    /// Has the cancelled scopes above it in its task look again: something let go of them.
    pub(crate) fn wake_held(&self) {
        self.wake_held_below(None);
    }

    /// Has the cancelled scopes between this node and `end` look again.
    pub(super) fn wake_held_below(&self, end: Option<&Node>) {
        if self.has(TASK_ROOT) {
            return;
        }
        let mut above = self.parent();
        while let Some(node) = above {
            if end.is_some_and(|end| std::ptr::eq(end, &*node)) {
                return;
            }
            if node.is_effective() {
                node.wake();
            }
            above = if node.has(TASK_ROOT) { None } else { node.parent() };
        }
    }

    /// Lists a scope or group of the same task below this node.
    pub(super) fn list_child(&self, child: &Arc<Node>) {
        lock(&self.link).extra_mut().children.add(child);
    }
}
