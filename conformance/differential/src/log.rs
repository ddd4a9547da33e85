//! What happened at which instant of the program's clock.

use std::fmt::{Display, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The failures of a task or a group, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(pub Vec<String>);

impl Failed {
    pub(crate) fn one(name: impl Into<String>) -> Self {
        Self(vec![name.into()])
    }

    pub(crate) fn text(&self) -> String {
        let mut names = self.0.clone();
        names.sort();
        names.join(",")
    }
}

/// The log of one run, shared by its tasks.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    start: Instant,
    tick: Duration,
    /// How late a task may see that a deadline has passed.
    pub(crate) late: Duration,
    lines: Arc<Mutex<Vec<(u64, String)>>>,
}

impl Log {
    pub(crate) fn new(start: Instant, tick: Duration, late: Duration) -> Self {
        Self { start, tick, late, lines: Arc::default() }
    }

    /// So many ticks.
    pub(crate) fn ticks(&self, count: u64) -> Duration {
        Duration::from_nanos(self.tick.as_nanos() as u64 * count)
    }

    /// When an instant is, in ticks since the start.
    pub(crate) fn offset(&self, instant: Instant) -> u64 {
        let elapsed = instant.saturating_duration_since(self.start).as_nanos();
        (elapsed / self.tick.as_nanos()) as u64
    }

    pub(crate) fn say(&self, now: Instant, statement: &dyn Display, text: &dyn Display) {
        let mut line = String::new();
        let _ = write!(line, "{statement} {text}");
        lock(&self.lines).push((self.offset(now), line));
    }

    /// Takes the lines, in an order that does not depend on what came first at one instant.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut lines = std::mem::take(&mut *lock(&self.lines));
        lines.sort();
        lines.into_iter().map(|(at, line)| format!("{at} {line}")).collect()
    }
}

pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}
