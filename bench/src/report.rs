//! What the program prints.

use std::io::{ErrorKind, Write, stdout};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::args::{Args, From};
use crate::measure::{Pair, best, quartiles};
use crate::works::BASELINE;

/// One work on one runtime.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    workers: usize,
    from: From,
    work: &'static str,
    baseline_ms: f64,
    ms: f64,
    ratio: f64,
    ratio_lower_quartile: f64,
    ratio_upper_quartile: f64,
    ratio_of_best: f64,
}

impl Row {
    pub(crate) fn new(workers: usize, from: From, work: &'static str, pairs: &[Pair]) -> Self {
        let baselines = || pairs.iter().map(|pair| pair.baseline);
        let times = || pairs.iter().map(|pair| pair.work);
        let [lower, ratio, upper] = quartiles(pairs.iter().map(|pair| pair.work / pair.baseline));
        let [_, baseline, _] = quartiles(baselines());
        let [_, time, _] = quartiles(times());
        Self {
            workers,
            from,
            work,
            baseline_ms: round(baseline * 1000.0),
            ms: round(time * 1000.0),
            ratio: round(ratio),
            ratio_lower_quartile: round(lower),
            ratio_upper_quartile: round(upper),
            ratio_of_best: round(best(times()) / best(baselines())),
        }
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
    table.set_header(["workers", "work", "ms", "baseline ms", "ratio", "quartiles", "best"]);
    for row in rows {
        table.add_row([
            row.workers.to_string(),
            row.work.to_owned(),
            format!("{:.1}", row.ms),
            format!("{:.1}", row.baseline_ms),
            format!("{:.2}", row.ratio),
            format!("{:.2} to {:.2}", row.ratio_lower_quartile, row.ratio_upper_quartile),
            format!("{:.2}", row.ratio_of_best),
        ]);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        if at != 1 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let place = match args.from {
        From::Worker => "a worker",
        From::BlockOn => "the thread of block_on",
    };
    format!(
        "{} children that yield once, spawned and joined from {place}; medians of {} pairs.\n\
         The baseline is {}: a ratio below 1 is faster. \"best\" compares the fastest runs.\n\
         {table}",
        args.children, args.rounds, BASELINE.name
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
