//! Who belongs to a group, counted exactly.

use std::sync::Arc;

use super::node::{CLOSED, Node};
use crate::lock::lock;

impl Node {
    /// Takes `child`, or nobody if `None`, into the group, unless it has closed.
    pub(crate) fn admit(&self, child: Option<&Arc<Node>>) -> bool {
        let mut link = lock(&self.link);
        if self.has(CLOSED) {
            return false;
        }
        self.as_group().count_spawned();
        if let Some(child) = child {
            link.extra_mut().tasks.add_task(child, self.as_group());
        }
        drop(link);
        if let Some(child) = child
            && self.is_effective()
        {
            child.refresh();
        }
        true
    }

    /// Closes the group if only `left` of its tasks have not ended; tells whether this call did it.
    pub(crate) fn close_if_left(&self, left: usize) -> bool {
        let _link = lock(&self.link);
        if self.has(CLOSED) || self.as_group().unfinished() != left {
            return false;
        }
        self.set(CLOSED);
        true
    }
}
