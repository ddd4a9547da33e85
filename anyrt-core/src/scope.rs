//! Cancel scopes: a part of a program that can be cancelled, timed or shielded.

mod bracket;
mod deadline;
mod finally;
mod handle;
mod run;
mod shield;
mod timeout;
mod when;

use std::fmt::{self, Debug};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::driver::{Ambient, Driver};
use crate::source::Source;
use crate::tree::Node;

pub use bracket::{Lent, bracket, bracket_on};
pub use finally::Finally;
pub use handle::CancelHandle;
pub use run::RunScope;
pub use shield::Shield;
pub use timeout::{FailAfter, MoveOnAfter};
pub use when::MoveOnWhen;

/// A part of a program that can be cancelled.
///
/// It may have a deadline and a shield.
///
/// It takes effect when the future of [`run`](Self::run) is polled, and belongs to whatever polls
/// that. It runs once (law C8).
#[must_use = "a scope does nothing until its run is awaited"]
pub struct CancelScope<D> {
    /// Made for the first handle; without one, when something needs it.
    node: OnceLock<Arc<Node>>,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    is_shielded: bool,
    source: Source<D>,
}

impl<D: Driver> CancelScope<D> {
    fn from_source(source: Source<D>) -> Self {
        Self { node: OnceLock::new(), timeout: None, deadline: None, is_shielded: false, source }
    }

    /// Makes a scope whose deadline is measured by `driver`.
    pub fn on(driver: D) -> Self {
        Self::from_source(Source::Given(driver))
    }

    /// Sets a deadline so long after the first poll.
    ///
    /// The value `Duration::MAX` means none.
    ///
    /// With [`with_deadline`](Self::with_deadline) too, the earlier one counts.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets a deadline.
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        if let Some(node) = self.node.get() {
            node.init_deadline(self.deadline);
        }
        self
    }

    /// Shields what runs in the scope from outer cancellation (law S1).
    ///
    /// The scope's own `cancel` and deadline still work.
    pub fn shielded(mut self) -> Self {
        self.is_shielded = true;
        if let Some(node) = self.node.get() {
            node.set_shield(true);
        }
        self
    }

    /// Gives a handle that any thread may use.
    pub fn handle(&self) -> CancelHandle {
        CancelHandle::new(self.node.get_or_init(|| self.make_node()).clone())
    }

    /// Runs `future` in the scope.
    ///
    /// # Errors
    ///
    /// [`Cancelled`](crate::error::Cancelled) if this scope absorbed a cancellation. A future that
    /// completed gives its value, however late (laws C3, C11).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is: a cancelled future is dropped at an await, never in between.
    pub fn run<F>(self, future: F) -> RunScope<D, F> {
        RunScope::new(self, future)
    }
}

impl<D> CancelScope<D> {
    fn make_node(&self) -> Arc<Node> {
        let node = Node::scope();
        node.init_deadline(self.deadline);
        node.set_shield(self.is_shielded);
        node
    }
}

impl<D: Ambient> CancelScope<D> {
    /// Makes a scope anywhere, also outside a runtime.
    ///
    /// It takes its backend at the first poll.
    pub fn new() -> Self {
        Self::from_source(Source::ambient())
    }
}

impl<D: Ambient> Default for CancelScope<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D> Debug for CancelScope<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.node.get();
        f.debug_struct("CancelScope")
            .field("timeout", &self.timeout)
            .field("deadline", &node.map_or(self.deadline, |node| node.deadline()))
            .field("cancel_called", &node.is_some_and(|node| node.is_called()))
            .field("is_shielded", &node.map_or(self.is_shielded, |node| node.is_shielded()))
            .finish()
    }
}
