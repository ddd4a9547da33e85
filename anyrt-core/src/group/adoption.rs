//! The end of a task, and who is told: the joiner, or the group that adopted its group.
//!
//! A group whose future is dropped by foreign code while children run hands itself over as a
//! whole: it takes one count in the nearest enclosing group that is still open, and gives it back
//! when its own last task has ended. That is one step, however many children there are.
//!
//! # Invariants
//!
//! - A group owns one count of itself (its body's), and gives it back only after the adopter is in
//!   place: the count cannot reach zero before.
//! - Closing under the link lock is done by exactly one of those who find the count at zero, and
//!   only that one passes on to the adopter.
//! - A chain of adopted groups is walked in a loop.

use std::sync::Arc;

use super::part::Finished;
use crate::error::{Panic, Reason};
use crate::frame;
use crate::seat::address;
use crate::tree::Node;

impl Node {
    /// Notes the enclosing group of the frame that polls this group.
    pub(super) fn tie_to_enclosing(&self) {
        let part = self.as_group();
        if frame::group_is_at(address(part.ties().enclosing.as_ref())) {
            return;
        }
        let enclosing = frame::group();
        let old = std::mem::replace(&mut part.ties().enclosing, enclosing);
        drop(old);
    }

    /// Keeps a child's failure, and cancels the others.
    pub(super) fn take_failure<E: Send + 'static>(self: &Arc<Self>, failure: E) {
        self.as_group().add_failure(failure);
        self.cancel_siblings();
    }

    /// Keeps a panic, and cancels the whole group.
    pub(super) fn take_panic(self: &Arc<Self>, panic: Panic) {
        self.as_group().add_panic(panic);
        self.cancel(Reason::Failure);
    }

    /// Cancels the group since a child has failed; a supervisor goes on.
    pub(super) fn cancel_siblings(self: &Arc<Self>) {
        if !self.as_group().is_supervisor() {
            self.cancel(Reason::Failure);
        }
    }

    /// Notes that a child of this group has ended.
    pub(super) fn finish_child(self: &Arc<Self>, child: &Node) {
        self.finish_one(child.is_background());
    }

    /// Notes that one task of this group has ended, the body if the group was abandoned.
    fn finish_one(self: &Arc<Self>, mut is_background: bool) {
        let mut adopted: Option<Arc<Node>> = None;
        loop {
            let node = adopted.as_ref().unwrap_or(self);
            let part = node.as_group();
            let Finished { left, others, is_sweep_due } = part.count_finished(is_background);
            is_background = false;
            if is_sweep_due {
                node.sweep_tasks();
            }
            match left {
                Some(0) => {}
                Some(_) if others <= 1 => return node.wake(),
                _ => return,
            }
            if !node.close_if_left(0) {
                return;
            }
            // All of an abandoned group has ended; its failures have nobody to go to (law E2).
            let adopter = part.ties().adopter.take();
            let dropped = part.drop_failures();
            let panic = part.take_panic().or(dropped);
            let Some(adopter) = adopter else { return };
            if let Some(panic) = panic {
                adopter.take_panic(panic);
            }
            // An abandoned group is in no list.
            adopter.as_group().note_swept(1);
            adopted = Some(adopter);
        }
    }

    /// Hands a group whose future is gone to the nearest enclosing group that is open.
    pub(super) fn abandon(self: &Arc<Self>) {
        let part = self.as_group();
        let mut candidate = part.ties().enclosing.clone();
        while let Some(group) = candidate {
            if group.admit_adopted() {
                part.ties().adopter = Some(group);
                break;
            }
            candidate = group.as_group().ties().enclosing.clone();
        }
        part.announce_waiting();
        self.finish_one(false);
    }

    /// Whether all children have ended; the group is closed then. Else the last one will wake it.
    pub(super) fn is_joined(&self) -> bool {
        if self.is_closed() {
            return true;
        }
        self.as_group().announce_waiting();
        if self.close_if_left(1) {
            return true;
        }
        self.wind_up();
        false
    }
}
