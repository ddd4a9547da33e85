//! What a limiter lends.

use std::sync::Arc;

use super::{Borrower, CapacityLimiter};

/// A token that is given back when dropped.
///
/// It may be dropped in another task than the one that borrowed it (law L5).
#[derive(Debug)]
#[must_use = "a token that is not held is given back at once"]
pub struct Token<'a> {
    limiter: &'a CapacityLimiter,
    borrower: Borrower,
}

impl<'a> Token<'a> {
    pub(super) fn new(limiter: &'a CapacityLimiter, borrower: Borrower) -> Self {
        Self { limiter, borrower }
    }

    /// Tells who borrowed it.
    pub fn borrower(&self) -> Borrower {
        self.borrower
    }
}

impl Drop for Token<'_> {
    fn drop(&mut self) {
        self.limiter.give_back(self.borrower);
    }
}

/// A token that keeps its limiter alive, and is given back when dropped.
///
/// It may be dropped in another task than the one that borrowed it (law L5).
#[derive(Debug)]
#[must_use = "a token that is not held is given back at once"]
pub struct OwnedToken {
    limiter: Arc<CapacityLimiter>,
    borrower: Borrower,
}

impl OwnedToken {
    pub(super) fn new(limiter: Arc<CapacityLimiter>, borrower: Borrower) -> Self {
        Self { limiter, borrower }
    }

    /// Tells who borrowed it.
    pub fn borrower(&self) -> Borrower {
        self.borrower
    }
}

impl Drop for OwnedToken {
    fn drop(&mut self) {
        self.limiter.give_back(self.borrower);
    }
}
