//! A bar on stderr, if that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of one run; it vanishes when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(backend: &str, way: &'static str, pages: usize) -> Self {
        // Draws on stderr, and nothing if that is no terminal.
        let bar = ProgressBar::new(pages as u64);
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:>10} {msg:<10} {wide_bar} {pos}/{len}")
        {
            bar.set_style(style);
        }
        bar.set_prefix(backend.to_owned());
        bar.set_message(way);
        Self(bar)
    }

    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
