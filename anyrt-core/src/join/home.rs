//! Where a stream of outputs hangs in the tree: at the scope in which it was made.
//!
//! A group hangs where it is polled. A stream is polled by one `next` after another, each maybe in
//! a timeout of its own, which must not cut the children when it ends. So the stream remembers the
//! scope in which it was made, and has its group polled as if from there.
//!
//! # Invariants
//!
//! - The home is a scope that the poll comes from inside of, in the same task; else it moves to where
//!   the poll comes from. So what hangs under it is still polled by the thread that polls the home.
//! - A poll that a shield protects from the cancellation of the home moves it there, too: under the
//!   old one the group would wait for its owner to be cut, and the owner for the group.

use std::sync::Arc;
use std::task::{Context, Poll};

use crate::frame::{self, ScopeFrame};
use crate::seat::address;
use crate::tree::Node;

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
        match &self.0 {
            Some(home) if is_still_home(home) => ScopeFrame::new(home.clone()).enter(cx, poll),
            _ => {
                *self = Self::here();
                poll(cx)
            }
        }
    }
}

/// Whether the code that runs now is inside `home`, and no shield stands between that matters.
fn is_still_home(home: &Arc<Node>) -> bool {
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
