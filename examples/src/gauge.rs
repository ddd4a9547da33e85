//! How many are inside at once, and how many there were at most.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts who is inside, and remembers the peak.
#[derive(Debug, Default)]
pub struct Gauge {
    inside: AtomicUsize,
    peak: AtomicUsize,
}

impl Gauge {
    /// Counts one more, until the guard is dropped.
    pub fn enter(&self) -> Inside<'_> {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(inside, Ordering::SeqCst);
        Inside { gauge: self }
    }

    /// Gives the most that were ever inside at once.
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }
}

/// Is counted by a gauge for as long as it lives.
#[derive(Debug)]
#[must_use = "a guard that is dropped at once counts nothing"]
pub struct Inside<'a> {
    gauge: &'a Gauge,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.gauge.inside.fetch_sub(1, Ordering::SeqCst);
    }
}
