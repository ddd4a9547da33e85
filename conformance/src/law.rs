//! A law: its id, its sentence, and the check that a backend must pass.

use std::fmt::{self, Debug};
use std::time::Duration;

/// How long a check may take before it counts as hung.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(20);

/// One law with its check.
pub struct Law<B> {
    /// The law's id in `docs/laws.md`, for example `"G1"`.
    pub id: &'static str,
    /// The law in one sentence.
    pub sentence: &'static str,
    /// Panics if the backend breaks the law.
    ///
    /// The message says what was seen.
    pub check: fn(&B),
    /// How long the check may take; a hang is a failure, too.
    pub limit: Duration,
}

impl<B> Law<B> {
    /// Makes a law with the usual time limit.
    pub const fn new(id: &'static str, sentence: &'static str, check: fn(&B)) -> Self {
        Self { id, sentence, check, limit: DEFAULT_LIMIT }
    }
}

impl<B> Debug for Law<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.sentence)
    }
}
