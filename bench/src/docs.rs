//! What the program writes for readers: a table in Markdown, and the chart that it shows.

use std::env::consts::{ARCH, OS};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::thread::available_parallelism;

use crate::args::Args;
use crate::chart::chart;
use crate::report::Row;

/// Writes `benchmarks.md` and `benchmarks.svg`.
pub(crate) fn write(folder: &Path, rows: &[Row], args: &Args) -> io::Result<()> {
    fs::write(folder.join("benchmarks.svg"), chart(rows))?;
    fs::write(folder.join("benchmarks.md"), page(rows, args))
}

fn page(rows: &[Row], args: &Args) -> String {
    let look = if args.quick { ", a tenth as long as usual" } else { "" };
    let processors = available_parallelism().map_or(1, usize::from);
    let mut page = format!(
        "# What anyrt costs\n\n\
         Written by `cargo run --release -p anyrt-bench -- --docs`; what each job does, and what the \
         two sides of a pair do not have in common, is said in [bench](../bench/README.md). What each of \
         10,000 open connections takes is said [there, too](../bench/README.md#connections).\n\n\
         {} pairs of runs for each row{look}, on {processors} processors ({OS}, {ARCH}). A ratio of \
         medians below 1 is cheaper than the peer; the spread is from the lower to the upper quartile of the \
         ratios of the pairs. Where a peer \
         is paired with itself, the row shows the noise.\n\n\
         ![The ratios as bars](benchmarks.svg)\n\n\
         | work | way | backend | threads | takes | peer | takes | ratio | spread | target |\n\
         |---|---|---|--:|--:|---|--:|--:|--:|---|\n",
        args.rounds
    );
    for row in rows {
        writeln!(page, "| {} |", row.cells().join(" | ")).expect("a string takes what is written");
    }
    page
}
