//! The ratios as bars, in SVG.
//!
//! One bar for each job and backend: the first of our ways beside the first peer, on the most
//! threads. The scale is logarithmic, so that half and twice are as far from the line in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::report::Row;

const WIDTH: f64 = 960.0;
const LABELS: f64 = 480.0;
const LINE: f64 = 20.0;
const TOP: f64 = 46.0;

/// From a quarter to four times.
const DOUBLINGS: f64 = 2.0;

/// Draws the rows that a reader looks for first.
pub(crate) fn chart(rows: &[Row]) -> String {
    let drawn = headlines(rows);
    let height = TOP + LINE * drawn.len() as f64 + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"18\" font-size=\"14\">anyrt beside others: below 1 is cheaper; the thin \
         line is the spread, the mark a target, which the green ones meet</text>\n"
    );
    for ratio in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let (x, stroke) = (place(ratio), if ratio == 1.0 { "black" } else { "#ccc" });
        let bottom = height - 8.0;
        add(
            &mut svg,
            format_args!(
                "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"{stroke}\"/>\n\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{ratio}</text>",
                TOP - 6.0
            ),
        );
    }
    for (at, row) in drawn.into_iter().enumerate() {
        bar(&mut svg, row, TOP + LINE * at as f64);
    }
    svg.push_str("</svg>\n");
    svg
}

fn headlines(rows: &[Row]) -> Vec<&Row> {
    let mut most = BTreeMap::new();
    for row in rows {
        let threads = most.entry(row.job).or_insert(0);
        *threads = row.threads.max(*threads);
    }
    let mut seen = BTreeSet::new();
    rows.iter()
        .filter(|row| !row.is_noise() && row.threads == most[row.job])
        .filter(|row| seen.insert((row.job, row.backend)))
        .collect()
}

fn bar(svg: &mut String, row: &Row, top: f64) {
    let middle = top + LINE / 2.0;
    let (one, ratio) = (place(1.0), place(row.ratio));
    let (left, width) = (one.min(ratio), (ratio - one).abs());
    let fill = match row.target {
        Some(_) if row.is_met() => "#4a8",
        Some(_) => "#d84",
        None => "#9ab",
    };
    let threads = if row.threads == 1 { "1 thread" } else { &format!("{} threads", row.threads) };
    let (label, baseline) = (LABELS - 8.0, middle + 4.0);
    let (low, high) = (place(row.low), place(row.high));
    add(
        svg,
        format_args!(
            "<text x=\"{label}\" y=\"{baseline}\" text-anchor=\"end\">{} beside {} ({}, {threads})</text>\n\
         <rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>\n\
         <line x1=\"{low:.1}\" y1=\"{middle}\" x2=\"{high:.1}\" y2=\"{middle}\" stroke=\"black\"/>",
            row.job,
            row.peer,
            row.backend,
            top + 4.0,
            LINE - 8.0
        ),
    );
    if let Some(target) = row.target {
        let x = place(target);
        add(
            svg,
            format_args!(
                "<line x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"#06c\" \
             stroke-width=\"2\"/>",
                top + 2.0,
                top + LINE - 2.0
            ),
        );
    }
}

/// Where a ratio is on the scale; one that is off it is at its end.
fn place(ratio: f64) -> f64 {
    let doublings = ratio.max(f64::MIN_POSITIVE).log2().clamp(-DOUBLINGS, DOUBLINGS);
    let half = (WIDTH - LABELS) / 2.0 - 15.0;
    LABELS + 15.0 + half + doublings / DOUBLINGS * half
}

fn add(svg: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(svg, "{line}").expect("a string takes what is written to it");
}

#[cfg(test)]
mod tests {
    use super::{LABELS, WIDTH, place};

    #[test]
    fn half_and_twice_are_as_far_from_the_middle() {
        let middle = place(1.0);
        assert!((middle - place(0.5) - (place(2.0) - middle)).abs() < 1e-9);
        assert_eq!(place(100.0), place(4.0));
        // A cost that drowns in the noise may come out below nothing.
        assert_eq!(place(-0.1), place(0.25));
        assert!(place(0.0) > LABELS && place(100.0) < WIDTH);
    }
}
