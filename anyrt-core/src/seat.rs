//! The seat of a node in the tree: it follows the poll.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;

use crate::frame;
use crate::quiet::drop_quietly;
use crate::trace;
use crate::tree::Node;

/// A node with the place where it hangs: under the scope in whose frame it was last polled.
pub(crate) struct Seat {
    pub(crate) node: Arc<Node>,
    /// Where it hangs. The node keeps its parent alive, so the address is not used again.
    home: Option<usize>,
    is_taken: bool,
}

impl Seat {
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self { node, home: None, is_taken: false }
    }

    /// The seat of a node that was hung up when it was made.
    pub(crate) fn taken(node: Arc<Node>, home: usize) -> Self {
        Self { node, home: Some(home), is_taken: true }
    }

    /// Hangs the node where it is being polled now.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if !self.is_taken || !frame::scope_is_at(self.home) {
            self.move_here();
        }
    }

    #[inline(never)]
    fn move_here(&mut self) {
        let home = frame::scope();
        self.home = address(home.as_ref());
        if std::mem::replace(&mut self.is_taken, true) {
            self.node.rehome(home.as_ref());
        } else {
            self.node.start();
            trace::open(&self.node, home.as_deref());
            self.node.attach(home.as_ref());
        }
    }
}

pub(crate) fn address(node: Option<&Arc<Node>>) -> Option<usize> {
    node.map(|node| Arc::as_ptr(node).addr())
}

/// Drops a body, and gives the panic of its destructors, if any.
pub(crate) fn drop_body<F>(
    mut body: Pin<&mut Option<F>>,
    enter: impl FnOnce(&mut dyn FnMut()),
) -> std::thread::Result<()> {
    if !std::mem::needs_drop::<F>() {
        body.set(None);
        return Ok(());
    }
    catch_unwind(AssertUnwindSafe(|| enter(&mut || body.set(None))))
}

/// Continues a panic, unless this thread unwinds already, where that would abort the process.
pub(crate) fn resume_if_calm(result: std::thread::Result<()>) {
    match result {
        Err(payload) if std::thread::panicking() => drop_quietly(payload),
        Err(payload) => resume_unwind(payload),
        Ok(()) => {}
    }
}
