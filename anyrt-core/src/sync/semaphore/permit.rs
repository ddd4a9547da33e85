//! What a semaphore gives out.

use std::sync::Arc;

use super::Semaphore;

/// Permits that are given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is not held is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    count: usize,
}

impl<'a> Permit<'a> {
    pub(super) fn new(semaphore: &'a Semaphore, count: usize) -> Self {
        Self { semaphore, count }
    }

    /// Tells how many permits these are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Takes the permits out of the semaphore for good (law L4).
    pub fn forget(mut self) {
        self.semaphore.forget(std::mem::take(&mut self.count));
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.give_back(self.count);
    }
}

/// Permits that keep their semaphore alive.
///
/// They are given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is not held is given back at once"]
pub struct OwnedPermit {
    semaphore: Arc<Semaphore>,
    count: usize,
}

impl OwnedPermit {
    pub(super) fn new(semaphore: Arc<Semaphore>, count: usize) -> Self {
        Self { semaphore, count }
    }

    /// Tells how many permits these are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Takes the permits out of the semaphore for good (law L4).
    pub fn forget(mut self) {
        self.semaphore.forget(std::mem::take(&mut self.count));
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        self.semaphore.give_back(self.count);
    }
}
