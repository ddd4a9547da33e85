//! What the program says, on stdout and stderr.

use anyrt_examples::fetch::Limits;
use comfy_table::{CellAlignment, Table, presets};
use serde::{Serialize, Serializer};

use crate::measure::Source;

/// One backend's result.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) backend: &'static str,
    pub(crate) pages: usize,
    pub(crate) ok: usize,
    pub(crate) timed_out: usize,
    pub(crate) failed: usize,
    #[serde(serialize_with = "rounded")]
    pub(crate) sequential_s: f64,
    #[serde(serialize_with = "rounded")]
    pub(crate) concurrent_s: f64,
    #[serde(serialize_with = "rounded")]
    pub(crate) speedup: f64,
    pub(crate) peak: usize,
}

fn rounded<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((number * 1000.0).round() / 1000.0)
}

pub(crate) fn json(rows: &[Row]) -> String {
    serde_json::to_string_pretty(rows).expect("rows are plain data")
}

pub(crate) fn table(rows: &[Row], source: &Source, limits: Limits) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header([
        "backend",
        "pages",
        "ok",
        "timed out",
        "failed",
        "seconds one by one",
        "seconds at once",
        "speed-up",
        "peak at once",
    ]);
    for row in rows {
        table.add_row([
            row.backend.to_owned(),
            row.pages.to_string(),
            row.ok.to_string(),
            row.timed_out.to_string(),
            row.failed.to_string(),
            format!("{:.2}", row.sequential_s),
            format!("{:.2}", row.concurrent_s),
            format!("{:.2}", row.speedup),
            row.peak.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{}\n{table}", heading(source, limits))
}

fn heading(source: &Source, limits: Limits) -> String {
    let Limits { at_once, timeout } = limits;
    let timeout = humantime::format_duration(timeout);
    let pages = match source {
        Source::Site(site) => format!(
            "{} pages that take {} each (failing: {}, hanging: {})",
            site.pages,
            humantime::format_duration(site.latency),
            site.failing,
            site.hanging,
        ),
        Source::Urls(urls) => format!("{} pages", urls.len()),
    };
    format!("{pages}. At most {at_once} at once, {timeout} for each.")
}
