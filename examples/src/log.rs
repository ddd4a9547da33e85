//! What happened, in order, and when.

use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What happened, and how long after the start; clones write into the same log.
#[derive(Clone, Debug)]
pub struct Log {
    start: Instant,
    entries: Arc<Mutex<Vec<(Duration, String)>>>,
}

impl Log {
    /// Starts a log; its times count from here, on the clock of the backend that runs this.
    ///
    /// # Panics
    ///
    /// Panics where no backend runs.
    #[expect(clippy::new_without_default, reason = "it depends on the time")]
    pub fn new() -> Self {
        Self { start: anyrt::now(), entries: Arc::default() }
    }

    /// Writes down what happens now.
    pub fn note(&self, what: impl Into<String>) {
        let entry = (anyrt::now() - self.start, what.into());
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Writes that down when the guard is dropped.
    pub fn at_drop(&self, what: impl Into<String>) -> AtDrop {
        AtDrop { log: self.clone(), what: what.into() }
    }

    /// Gives what was written so far.
    pub fn entries(&self) -> Vec<(Duration, String)> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (after, what)) in self.entries().iter().enumerate() {
            let line_end = if number == 0 { "" } else { "\n" };
            write!(f, "{line_end}{:5.1} s  {what}", after.as_secs_f64())?;
        }
        Ok(())
    }
}

/// Writes into a log when it is dropped.
#[derive(Debug)]
#[must_use = "a guard that is not held writes at once"]
pub struct AtDrop {
    log: Log,
    what: String,
}

impl Drop for AtDrop {
    fn drop(&mut self) {
        self.log.note(std::mem::take(&mut self.what));
    }
}
