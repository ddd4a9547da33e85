//! The counts that were accepted, in a file beside this package's manifest.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The counts, by the names of the paths, and what they were made with.
pub(crate) struct Accepted(String);

/// What precedes the name of the compiler.
const MADE_WITH: &str = "# ";

impl Accepted {
    pub(crate) fn read() -> io::Result<Self> {
        fs::read_to_string(file()).map(Self)
    }

    pub(crate) fn of(&self, path: &str) -> Option<f64> {
        let lines = self.0.lines().filter_map(|line| line.split_once(' '));
        let mut counts = lines.filter(|(name, _)| *name == path);
        counts.find_map(|(_, count)| count.trim().parse().ok())
    }

    /// The compiler that the counts were made with.
    pub(crate) fn toolchain(&self) -> &str {
        self.0.lines().find_map(|line| line.strip_prefix(MADE_WITH)).unwrap_or("nowhere")
    }
}

pub(crate) fn write(counts: &[(&str, f64)]) -> io::Result<()> {
    let mut text = format!("{MADE_WITH}{}\n", toolchain()?);
    for (path, count) in counts {
        writeln!(text, "{path} {count:.1}").expect("a string takes what is written to it");
    }
    fs::write(file(), text)
}

/// The compiler of this machine, on which the counts depend.
pub(crate) fn toolchain() -> io::Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let version = String::from_utf8_lossy(&output.stdout);
    Ok(format!("{} on {}", version.trim(), std::env::consts::ARCH))
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}
