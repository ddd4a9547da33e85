//! What the program prints.

use std::io::{ErrorKind, Write, stdout};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::args::{Args, From};
use crate::measure::{Pair, quartiles};
use crate::work::Contest;

/// What one contest on one runtime came to.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The job, and which of our ways did it; the peer itself in the row that shows the noise.
    work: String,
    pub(crate) threads: usize,
    pub(crate) backend: &'static str,
    pub(crate) peer: &'static str,
    ours: f64,
    theirs: f64,
    unit: &'static str,
    pub(crate) ratio: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) target: Option<f64>,
    #[serde(skip)]
    pub(crate) job: &'static str,
    #[serde(skip)]
    way: &'static str,
}

impl Row {
    pub(crate) fn new(threads: usize, contest: &Contest, pairs: &[Pair]) -> Self {
        let [_, ours, _] = quartiles(pairs.iter().map(|pair| pair.ours));
        let [_, theirs, _] = quartiles(pairs.iter().map(|pair| pair.peer));
        let [low, _, high] = quartiles(pairs.iter().map(|pair| pair.ours / pair.peer));
        let ratio = ours / theirs;
        let each = |median| round(contest.unit.of(median, contest.amount));
        Self {
            work: format!("{}: {}", contest.job, contest.ours.name),
            threads,
            backend: contest.place.backend(),
            peer: contest.peer.name,
            ours: each(ours),
            theirs: each(theirs),
            unit: contest.unit.name(),
            ratio: round(ratio),
            // Of few pairs that differ much, the medians may come from pairs that are far apart.
            low: round(low.min(ratio)),
            high: round(high.max(ratio)),
            target: contest.target(threads),
            job: contest.job,
            way: contest.ours.name,
        }
    }

    /// Whether it pairs a peer with itself.
    pub(crate) fn is_noise(&self) -> bool {
        self.way == self.peer
    }

    /// Whether its ratio is good enough, where that was said.
    pub(crate) fn is_met(&self) -> bool {
        self.target.is_none_or(|target| self.ratio <= target)
    }

    /// What a table shows of it.
    pub(crate) fn cells(&self) -> [String; 10] {
        let verdict = if self.is_met() { "met" } else { "missed" };
        let verdict = |target| format!("{target} {verdict}");
        [
            self.job.to_owned(),
            self.way.to_owned(),
            self.backend.to_owned(),
            self.threads.to_string(),
            format!("{:.1} {}", self.ours, self.unit),
            self.peer.to_owned(),
            format!("{:.1} {}", self.theirs, self.unit),
            format!("{:.2}", self.ratio),
            format!("{:.2} to {:.2}", self.low, self.high),
            self.target.map_or_else(String::new, verdict),
        ]
    }
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

pub(crate) fn json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(rows).expect("rows are plain data")
}

pub(crate) fn table(rows: &[Row], args: &Args) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header([
        "work",
        "way",
        "backend",
        "threads",
        "takes",
        "peer",
        "takes",
        "ratio",
        "quartiles",
        "target",
    ]);
    for row in rows {
        table.add_row(row.cells());
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        if [3, 4, 6, 7, 8].contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let place = match args.from {
        From::Worker => "a worker",
        From::BlockOn => "the thread of block_on",
    };
    format!(
        "What each child, pass, item or page takes, started from {place}; medians of {} pairs.\n\
         A ratio below 1 is cheaper than the peer, and a peer against itself is noise.\n{table}",
        args.rounds
    )
}

/// Prints to stdout; that nobody reads it is no fault.
pub(crate) fn print(text: &str) -> ExitCode {
    match writeln!(stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("anyrt-bench: the result cannot be written to stdout: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, json};
    use crate::measure::Pair;
    use crate::work::{Contest, Work, part};

    #[test]
    fn a_row_has_what_programs_read() {
        let works = ["ours", "theirs"].map(|name| Work { name, run: |_| part(async { 0.0 }) });
        let contest = Contest::new("job", works[0], works[1], 1_000).at_most_by_threads(1.0, 0.85);
        let pairs = [(1.0, 2.0), (3.0, 4.0), (9.0, 3.0)];
        let pairs = pairs.map(|(ours, peer)| Pair { ours, peer });
        let rows: serde_json::Value =
            serde_json::from_str(&json(&[Row::new(2, &contest, &pairs)])).unwrap();
        let expected = serde_json::json!([{
            "work": "job: ours", "threads": 2, "backend": "tokio", "peer": "theirs",
            "ours": 3e6, "theirs": 3e6, "unit": "ns",
            "ratio": 1.0, "low": 0.625, "high": 1.875, "target": 0.85,
        }]);
        assert_eq!(rows, expected);
    }
}
