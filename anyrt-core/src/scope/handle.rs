//! What cancels a scope from elsewhere.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Instant;

use crate::error::Reason;
use crate::tree::Node;

/// Cancels a scope, from any thread, any number of times.
#[derive(Clone)]
pub struct CancelHandle(Arc<Node>);

impl CancelHandle {
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self(node)
    }

    /// Cancels the scope; never waits, and cannot be undone (law C2).
    pub fn cancel(&self) {
        self.0.cancel(Reason::Requested);
    }

    /// Cancels the scope and says why; the first reason stays.
    pub fn cancel_with(&self, reason: impl Into<Reason>) {
        self.0.cancel(reason.into());
    }

    /// Tells whether the scope was cancelled, by a call or by its deadline.
    pub fn cancel_called(&self) -> bool {
        self.0.is_called()
    }

    /// Tells whether the scope absorbed a cancellation.
    ///
    /// Its `run` gave `Cancelled` then.
    pub fn cancelled_caught(&self) -> bool {
        self.0.is_caught()
    }

    /// Gives the scope's own deadline.
    ///
    /// One set by a timeout is there from the first poll on.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline()
    }

    /// Moves, sets or removes the deadline.
    ///
    /// One that has struck stays struck (law D2).
    /// Before the first poll it replaces a timeout, too.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.0.move_deadline(deadline);
    }

    /// Raises or lowers the shield (law S4).
    ///
    /// Raising protects what was not struck yet; lowering lets a waiting cancellation in at once.
    pub fn set_shield(&self, shield: bool) {
        self.0.set_shield(shield);
    }
}

impl Debug for CancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHandle")
            .field("cancel_called", &self.cancel_called())
            .field("cancelled_caught", &self.cancelled_caught())
            .field("deadline", &self.deadline())
            .field("is_shielded", &self.0.is_shielded())
            .finish()
    }
}

impl crate::backend::CancelHandle for CancelHandle {
    fn cancel(&self) {
        self.cancel();
    }

    fn cancel_with(&self, reason: Reason) {
        self.cancel_with(reason);
    }

    fn cancel_called(&self) -> bool {
        self.cancel_called()
    }

    fn cancelled_caught(&self) -> bool {
        self.cancelled_caught()
    }

    fn deadline(&self) -> Option<Instant> {
        self.deadline()
    }

    fn set_deadline(&self, deadline: Option<Instant>) {
        self.set_deadline(deadline);
    }

    fn set_shield(&self, shield: bool) {
        self.set_shield(shield);
    }
}
