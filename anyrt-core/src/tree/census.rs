//! Who belongs to a group, counted exactly.

use std::sync::Arc;

use super::node::{CLOSED, Node, WINDING_UP};
use crate::error::Reason;
use crate::lock::lock;
use crate::trace;

impl Node {
    /// Takes `child` into the group, unless it has closed.
    pub(crate) fn admit(&self, child: &Arc<Node>) -> bool {
        let mut link = lock(&self.link);
        if self.has(CLOSED) {
            return false;
        }
        let part = self.as_group();
        child.as_task().set_number(part.count_spawned());
        if child.is_background() {
            part.count_background();
        }
        let swept = link.extra_mut().tasks.add(child, || part.unfinished());
        drop(link);
        trace::open(child, Some(self));
        part.note_swept(swept.len());
        drop(swept);
        if self.is_effective() {
            child.refresh();
        }
        if child.is_background() && self.has(WINDING_UP) {
            child.cancel(Reason::WindingUp);
        }
        true
    }

    /// Cancels the background children if nothing else is left but the body.
    pub(crate) fn wind_up(&self) {
        {
            let _link = lock(&self.link);
            if self.as_group().unfinished_others() > 1 {
                return;
            }
            self.set(WINDING_UP);
        }
        self.cancel_background();
    }

    /// Cancels the background children of a group that winds up.
    pub(crate) fn cancel_background(&self) {
        let link = lock(&self.link);
        let tasks: Vec<_> = match &link.extra {
            Some(extra) => {
                extra.tasks.iter().filter(|task| task.is_background()).cloned().collect()
            }
            None => Vec::new(),
        };
        drop(link);
        for task in tasks {
            task.cancel(Reason::WindingUp);
        }
    }

    /// Counts an abandoned group as a task of this one, unless this one has closed.
    pub(crate) fn admit_adopted(&self) -> bool {
        let _link = lock(&self.link);
        if self.has(CLOSED) {
            return false;
        }
        self.as_group().count_spawned();
        true
    }

    /// Closes the group if only `left` of its tasks have not ended; tells whether this call did it.
    pub(crate) fn close_if_left(&self, left: usize) -> bool {
        let mut link = lock(&self.link);
        if self.has(CLOSED) || self.as_group().unfinished() != left {
            return false;
        }
        self.set(CLOSED);
        let ended = link.extra.as_mut().map(|extra| extra.tasks.clear());
        drop(link);
        drop(ended);
        true
    }

    /// Lets go of the tasks of this group that have ended.
    pub(crate) fn sweep_tasks(&self) {
        let swept = lock(&self.link).extra_mut().tasks.sweep();
        self.as_group().note_swept(swept.len());
        drop(swept);
    }
}
