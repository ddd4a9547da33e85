//! Where a stream of outputs hangs in the tree: at the scope in which it was made.
//!
//! A group hangs where it is polled. A stream is polled by one `next` after another, each maybe in
//! a timeout of its own, which must not cut the children when it ends. So the stream remembers the
//! scope in which it was made, and has its group polled as if from there.
//!
//! # Invariants
//!
//! - The home is a scope that the poll comes from inside of, in the same task. So what hangs under it
//!   is still polled by the thread that polls the home.
//! - A stream that was carried off moves to the task, or the group's body, that polls it, and so past
//!   all timeouts there; but no further out than a shield.
//! - A poll that a shield protects from the cancellation of the home moves it there, too: under the
//!   old one the group would wait for its owner to be cut, and the owner for the group.

use std::sync::Arc;
use std::task::{Context, Poll};

use crate::frame::{self, ScopeFrame};
use crate::seat::address;
use crate::tree::Node;

/// None is outside of all scopes.
pub(super) struct Home(Option<Arc<Node>>);

impl Home {
    pub(super) fn here() -> Self {
        Self(frame::scope())
    }

    /// Polls as if from the home.
    pub(super) fn enter<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        if frame::scope_is_at(address(self.0.as_ref())) {
            return poll(cx);
        }
        if !self.is_still_home() {
            self.0 = new_home();
        }
        ScopeFrame::at(self.0.clone()).enter(cx, poll)
    }

    /// Whether the code that runs now is inside, and no shield stands between that matters.
    fn is_still_home(&self) -> bool {
        let task = frame::home();
        let Some(home) = &self.0 else { return task.is_none() };
        if home.is_effective() && !frame::is_cancelled() {
            return false;
        }
        let mut at = frame::scope();
        while let Some(node) = at {
            if Arc::ptr_eq(&node, home) {
                return true;
            }
            let is_task = !Arc::ptr_eq(node.own_group(), &node);
            at = if is_task { None } else { node.parent() };
        }
        false
    }
}

/// The outermost place around the code that runs now, in its task or body, that no shield hides.
fn new_home() -> Option<Arc<Node>> {
    let outermost = frame::home();
    let mut at = frame::scope();
    while let Some(node) = at {
        if node.is_shielded() || address(outermost.as_ref()) == address(Some(&node)) {
            return Some(node);
        }
        at = node.parent();
    }
    None
}
