//! What the program prints.

use std::io::{ErrorKind, Write, stdout};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::args::{Args, From};
use crate::measure::{Pair, best, quartiles};
use crate::work::Contest;

/// What one contest on one runtime came to.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    work: &'static str,
    threads: usize,
    backend: &'static str,
    /// Which of our ways did it; the peer itself in the row that shows the noise.
    way: &'static str,
    peer: &'static str,
    ours: f64,
    theirs: f64,
    unit: &'static str,
    ratio: f64,
    low: f64,
    high: f64,
    best: f64,
    target: Option<f64>,
    /// How long one of our runs took.
    seconds: f64,
    /// How long it may take, if that was set.
    within: Option<f64>,
}

impl Row {
    pub(crate) fn new(threads: usize, contest: &Contest, pairs: &[Pair]) -> Self {
        let ours = || pairs.iter().map(|pair| pair.ours);
        let theirs = || pairs.iter().map(|pair| pair.peer);
        let [low, ratio, high] = quartiles(pairs.iter().map(|pair| pair.ours / pair.peer));
        let each = |[_, median, _]: [f64; 3]| round(median * 1e9 / contest.amount as f64);
        Self {
            work: contest.job,
            threads,
            backend: "tokio",
            way: contest.ours.name,
            peer: contest.peer.name,
            ours: each(quartiles(ours())),
            theirs: each(quartiles(theirs())),
            unit: "ns",
            ratio: round(ratio),
            low: round(low),
            high: round(high),
            best: round(best(ours()) / best(theirs())),
            target: contest.target,
            seconds: round(quartiles(ours())[1]),
            within: contest.seconds,
        }
    }

    fn verdict(&self) -> String {
        let verdict = |is_met| if is_met { "met" } else { "missed" };
        let ratio =
            self.target.map(|target| format!("{target:.1} {}", verdict(self.ratio <= target)));
        let seconds = self.within.map(|within| {
            format!("{:.2} s of {within:.1} s {}", self.seconds, verdict(self.seconds <= within))
        });
        [ratio, seconds].into_iter().flatten().collect::<Vec<_>>().join(", ")
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
        "threads",
        "way",
        "ns",
        "peer",
        "its ns",
        "ratio",
        "quartiles",
        "best",
        "target",
    ]);
    for row in rows {
        table.add_row([
            row.work.to_owned(),
            row.threads.to_string(),
            row.way.to_owned(),
            format!("{:.1}", row.ours),
            row.peer.to_owned(),
            format!("{:.1}", row.theirs),
            format!("{:.2}", row.ratio),
            format!("{:.2} to {:.2}", row.low, row.high),
            format!("{:.2}", row.best),
            row.verdict(),
        ]);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        if ![0, 2, 4, 9].contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let place = match args.from {
        From::Worker => "a worker",
        From::BlockOn => "the thread of block_on",
    };
    format!(
        "Nanoseconds for each child, pass or item, on tokio, started from {place}; medians of {} pairs.\n\
         A ratio below 1 is faster than the peer, and a peer against itself is noise; \"best\" compares \
         the fastest runs.\n{table}",
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
