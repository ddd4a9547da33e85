//! How a cancellation spreads, strikes and is resolved.

use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::node::{CALLED, EFFECTIVE, Node, SHIELD, STRUCK, TASK_ROOT};
use crate::error::Reason;
use crate::lock::lock;
use crate::quiet;

/// What a strike has found at a node.
enum Mark {
    /// It stays cancelled without a new mark.
    Sticks,
    Set,
}

impl Node {
    /// Computes the effective flag; the caller holds the link lock and gives the parent's flag.
    fn derive(&self, parent_effective: bool) -> bool {
        self.has(CALLED | STRUCK) || (!self.has(SHIELD) && parent_effective)
    }

    /// Hangs the node under `parent`, and takes over its cancellation.
    pub(crate) fn attach(self: &Arc<Self>, parent: Option<&Arc<Node>>) {
        let old = std::mem::replace(&mut lock(&self.link).parent, parent.cloned());
        drop(old);
        if let Some(parent) = parent {
            parent.list_child(self);
        }
        self.refresh();
    }

    /// Hangs the node elsewhere: what struck it there is none of its business here.
    ///
    /// # Panics
    ///
    /// Panics if it would hang below itself.
    pub(crate) fn rehome(self: &Arc<Self>, parent: Option<&Arc<Node>>) {
        let mut above = parent.cloned();
        while let Some(node) = above {
            assert!(
                !Arc::ptr_eq(&node, self),
                "the future of a group or scope was moved into a task of its own, which it would \
                 wait for: await it outside"
            );
            above = node.parent();
        }
        self.thaw();
        self.wake_held();
        self.attach(parent);
    }

    /// Takes a child that has said that it is ready off the call that started it.
    ///
    /// To be followed by [`refresh`](Self::refresh), once no other lock is held.
    pub(crate) fn leave_call(&self) {
        let call = lock(&self.link).parent.take();
        drop(call);
    }

    /// Cancels; the first reason stays.
    pub(crate) fn cancel(self: &Arc<Self>, reason: Reason) {
        {
            let mut link = lock(&self.link);
            if self.has(CALLED) {
                return;
            }
            link.extra_mut().reason = Some(reason);
            self.set(CALLED);
        }
        self.refresh();
    }

    /// Cancels a scope whose deadline has passed, and the visible outer ones that had to end by then.
    ///
    /// They may have looked at the clock a moment too early: the outermost strikes all the same (law D5).
    pub(crate) fn expire(self: &Arc<Self>) {
        let end = self.deadline();
        let mut passed = vec![self.clone()];
        let mut at = self.visible_above();
        while let Some(node) = at {
            at = node.visible_above();
            if node.deadline().is_some_and(|deadline| Some(deadline) <= end) {
                passed.push(node);
            }
        }
        while let Some(outermost) = passed.pop() {
            outermost.cancel(Reason::Deadline);
        }
    }

    /// The node above, unless a shield hides it.
    fn visible_above(&self) -> Option<Arc<Self>> {
        if self.has(SHIELD) { None } else { self.parent() }
    }

    pub(crate) fn set_shield(self: &Arc<Self>, shield: bool) {
        {
            let _link = lock(&self.link);
            if self.has(SHIELD) == shield {
                return;
            }
            if shield {
                self.set(SHIELD);
            } else {
                self.unset(SHIELD);
            }
        }
        self.refresh();
        if !shield {
            self.wake_held();
        }
    }

    /// Tells why: the reason of the nearest cancelled node at or above this one.
    pub(crate) fn reason(self: &Arc<Self>) -> Reason {
        let mut at = Some(self.clone());
        while let Some(node) = at {
            let link = lock(&node.link);
            if let Some(reason) = link.extra().and_then(|extra| extra.reason.as_ref()) {
                return reason.clone();
            }
            let above = node.above(&link).cloned();
            drop(link);
            at = above;
        }
        Reason::Requested
    }

    /// Derives the flag of this node, and of all below it that it changes, and wakes these.
    pub(crate) fn refresh(self: &Arc<Self>) {
        let mut wakers = Vec::new();
        self.spread(&mut wakers);
        wakers.into_iter().for_each(quiet::wake);
    }

    /// Takes over a cancellation or a shield that is still on its way down to this node.
    pub(crate) fn catch_up(self: &Arc<Self>) {
        let mut path = vec![self.clone()];
        while let Some(parent) = path.last().and_then(|node| node.parent()) {
            path.push(parent);
        }
        for node in path.iter().rev() {
            node.refresh();
        }
    }

    fn spread(self: &Arc<Self>, wakers: &mut Vec<Waker>) {
        let mut todo = Vec::new();
        self.update(&mut todo, wakers);
        while let Some(node) = todo.pop() {
            node.update(&mut todo, wakers);
        }
    }

    /// Derives the flag of this node alone; if that changes it, its children are to be looked at.
    fn update(&self, todo: &mut Vec<Arc<Node>>, wakers: &mut Vec<Waker>) {
        {
            let mut link = lock(&self.link);
            let parent = self.above(&link).is_some_and(|parent| parent.is_effective());
            let effective = self.derive(parent);
            if effective == self.is_effective() {
                return;
            }
            if effective {
                self.set(EFFECTIVE);
            } else {
                self.unset(EFFECTIVE);
            }
            if let Some(extra) = link.extra() {
                todo.extend(extra.children.iter());
                todo.extend(extra.tasks.iter().cloned());
            }
            wakers.extend(link.take_leaves());
            wakers.extend(link.waker.clone());
        }
    }

    /// Decides for good that the cancellation strikes here; gives the node that will resolve it.
    ///
    /// None if it does not reach this node any more: a shield was raised meanwhile.
    pub(crate) fn strike(self: &Arc<Self>) -> Option<Arc<Node>> {
        if !self.is_effective() {
            return None;
        }
        if self.has(TASK_ROOT) {
            // Most that is cut is a task without scopes: the chain is the task alone.
            let is_struck = self.has(STRUCK) || self.mark(true).is_some();
            return is_struck.then(|| self.clone());
        }
        let mut chain = self.chain_to_resolver();
        if self.has(STRUCK) {
            return chain.pop();
        }
        let mut marked = Vec::with_capacity(chain.len());
        for (from_top, node) in chain.iter().rev().enumerate() {
            match node.mark(from_top == 0) {
                Some(Mark::Sticks) => {}
                Some(Mark::Set) => marked.push(node.clone()),
                None => {
                    thaw(&marked);
                    return None;
                }
            }
        }
        chain.pop()
    }

    /// Marks a node of a chain that is struck; None if a shield has come between.
    fn mark(self: &Arc<Self>, is_top: bool) -> Option<Mark> {
        {
            let link = lock(&self.link);
            // The top needs a mark only if what cancels it lies above its task.
            let sticky = if is_top { self.has(CALLED | STRUCK) } else { self.has(STRUCK) };
            if sticky {
                return Some(Mark::Sticks);
            }
            let above = self.above(&link).is_some_and(|parent| parent.is_effective());
            let top_is_loose = is_top && !self.has(TASK_ROOT);
            if top_is_loose || self.has(SHIELD) || !above {
                return None;
            }
            self.set(STRUCK);
        }
        self.refresh();
        Some(Mark::Set)
    }

    /// Whether a shield keeps outer cancellations out; not one that came after the strike.
    fn is_shut(&self) -> bool {
        self.has(SHIELD) && !self.has(STRUCK)
    }

    /// Whether no outer cancellation of this task is visible, so that this node resolves its own.
    pub(crate) fn is_outermost(&self) -> bool {
        self.has(TASK_ROOT)
            || self.is_shut()
            || !self.parent().is_some_and(|parent| parent.is_effective())
    }

    /// The nodes of this task from here up to the outermost one that the cancellation reaches.
    fn chain_to_resolver(self: &Arc<Self>) -> Vec<Arc<Node>> {
        let mut chain = vec![self.clone()];
        let mut at = self.clone();
        while !at.is_shut() && !at.has(TASK_ROOT) {
            match at.parent() {
                Some(parent) if parent.is_effective() => {
                    chain.push(parent.clone());
                    at = parent;
                }
                _ => break,
            }
        }
        chain
    }

    /// Decides, once the body is gone, whether the cancellation ends here (true) or further out.
    pub(crate) fn resolves(self: &Arc<Self>) -> bool {
        loop {
            {
                let link = lock(&self.link);
                let above = self.above(&link).is_some_and(|parent| parent.is_effective());
                if !above || self.is_shut() {
                    return true;
                }
                if self.has(STRUCK) {
                    return false;
                }
            }
            // An outer cancellation came during unwinding and takes over (law C5), once it is here. To look
            // all the way up is for the rare case that it is not: a deep tree would take quadratic time.
            if self.strike().is_none() {
                self.catch_up();
            }
        }
    }

    /// Takes the marks of a strike off this node and all below it in its task.
    fn thaw(self: &Arc<Self>) {
        let mut struck = Vec::new();
        let mut todo = vec![self.clone()];
        while let Some(node) = todo.pop() {
            todo.extend(node.children_in_task());
            struck.push(node);
        }
        struck.retain(|node| node.has(STRUCK));
        thaw(&struck);
    }

    /// The earliest deadline of the visible scopes; `past` if one of them is cancelled.
    pub(crate) fn effective_deadline(self: &Arc<Self>, past: Instant) -> Option<Instant> {
        let mut earliest = None;
        let mut at = Some(self.clone());
        while let Some(node) = at {
            if node.has(CALLED | STRUCK) {
                return Some(past);
            }
            let link = lock(&node.link);
            earliest = match (earliest, link.deadline()) {
                (Some(a), Some(b)) => Some(Instant::min(a, b)),
                (a, b) => a.or(b),
            };
            let above = if node.has(SHIELD) { None } else { node.above(&link).cloned() };
            drop(link);
            at = above;
        }
        earliest
    }
}

fn thaw(struck: &[Arc<Node>]) {
    for node in struck {
        node.unset(STRUCK);
    }
    for node in struck {
        node.refresh();
        let leaves = lock(&node.link).take_leaves();
        leaves.into_iter().for_each(quiet::wake);
        node.wake();
    }
}
