//! The deadline of a group, and what wakes the group in time.
//!
//! # Invariants
//!
//! - Each poll of the group looks at the deadline before the body, so that one that has passed cuts in
//!   that poll, and asks the task again to be woken in time. Only where the task cannot do that, the
//!   group's own alarm is set.
//! - A change wakes the group. One that comes before the group's waker is in its place is found after
//!   that, in the same poll.

use std::sync::Arc;
use std::task::Context;
use std::time::Instant;

use crate::alarm::Alarm;
use crate::driver::Driver;
use crate::frame::{self, Wish};
use crate::tree::Node;

#[derive(Default)]
pub(super) struct GroupDeadline {
    at: Option<Instant>,
}

impl GroupDeadline {
    /// Cancels the group if its time is over, else has it polled in time.
    #[inline]
    pub(super) fn heed(
        &mut self,
        node: &Arc<Node>,
        alarm: &mut Option<Box<Alarm>>,
        cx: &mut Context<'_>,
    ) {
        if let Some(moved) = node.moved_deadline() {
            self.at = moved;
        }
        if let Some(at) = self.at {
            look(node, at, alarm, cx);
        }
    }

    /// Does the same after a change since then.
    #[inline]
    pub(super) fn heed_change(
        &mut self,
        node: &Arc<Node>,
        alarm: &mut Option<Box<Alarm>>,
        cx: &mut Context<'_>,
    ) {
        if let Some(moved) = node.moved_deadline() {
            self.at = moved;
            moved.into_iter().for_each(|at| look(node, at, alarm, cx));
        }
    }
}

fn look(node: &Arc<Node>, at: Instant, alarm: &mut Option<Box<Alarm>>, cx: &mut Context<'_>) {
    if node.is_called() {
        return;
    }
    let backend = node.as_group().backend();
    let now = backend.now();
    if at <= now {
        node.expire();
    } else if !frame::wish(cx.waker(), at, now) {
        Alarm::set(alarm, Wish::of(cx.waker(), at, now), backend, cx);
    }
}
