//! How many instructions a path takes.

use std::env;
use std::io;
use std::process::Command;

/// The length of the shorter run; the longer one is three times as long.
const TIMES: usize = 2_000;

/// Gives how many instructions the path takes each time.
pub(crate) fn instructions(path: &str) -> io::Result<f64> {
    let short = of_run(path, TIMES)?;
    let long = of_run(path, 3 * TIMES)?;
    Ok((long - short) / (2 * TIMES) as f64)
}

/// Gives how many instructions a run of this program takes in all.
fn of_run(path: &str, times: usize) -> io::Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["--alone", path, &times.to_string()])
        .output()
        .map_err(|error| {
            io::Error::other(format!("valgrind does not run ({error}): `bash .ci/guard` gets it"))
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    let counted = said.lines().find_map(|line| line.split("Collected : ").nth(1));
    match counted.and_then(|count| count.trim().parse().ok()) {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(io::Error::other(format!("{path} did not end well under valgrind:\n{said}"))),
    }
}
