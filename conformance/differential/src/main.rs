//! The Rust side of `compare.py`: takes programs on its input, and says what came of each.
#![forbid(unsafe_code)]

use std::io::{BufRead, BufWriter, Write, stdin, stdout};
use std::time::Duration;

use anyrt_differential::{Case, Settings, Target};
use clap::Parser;
use serde_json::{Value, json};

/// Runs programs, one per line, whenever an empty line comes.
#[derive(Parser)]
struct Options {
    /// What they run on.
    #[arg(long, value_enum)]
    backend: Target,
    /// In how many orders each runs, where the backend has a choice.
    #[arg(long, default_value_t = 1)]
    schedules: u64,
    /// How far apart things happen in real time, in ms.
    #[arg(long, default_value_t = 8)]
    margin: u64,
}

fn main() -> std::io::Result<()> {
    let options = Options::parse();
    let settings =
        Settings { schedules: options.schedules, margin: Duration::from_millis(options.margin) };
    let mut output = BufWriter::new(stdout().lock());
    let mut cases: Vec<Case> = Vec::new();
    for line in stdin().lock().lines() {
        let line = line?;
        if !line.is_empty() {
            cases.push(serde_json::from_str(&line)?);
            continue;
        }
        for reports in options.backend.run(&cases, settings) {
            let broken: Vec<_> = reports.iter().flat_map(|report| &report.broken).collect();
            let logs: Vec<_> = reports.iter().map(|report| &report.log).collect();
            let said: Value = json!({ "logs": logs, "broken": broken });
            writeln!(output, "{said}")?;
        }
        output.flush()?;
        cases.clear();
    }
    Ok(())
}
