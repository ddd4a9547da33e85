//! The corpus: programs with Trio's logs, as `corpus.py` wrote them.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::interpret::Report;
use crate::program::Program;
use crate::target::{Case, Settings, Target};

/// How far apart things happen in real time; the next one is tried if the logs disagree.
///
/// A busy machine is late, but a divergence does not go away with more time.
const MARGINS: [u64; 4] = [8, 40, 200, 1000];

/// A program, and what Trio says of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    program: Program,
    gap: Option<u64>,
    log: Vec<String>,
}

/// Gives the whole corpus.
///
/// # Panics
///
/// Panics if the file is none that `corpus.py` wrote.
pub fn corpus() -> Vec<Entry> {
    let file: &[u8] = include_bytes!("../corpus.jsonl.gz");
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    let entry = |line: &String| serde_json::from_str(line).expect("a line is an entry");
    lines.map(|line| entry(&line.expect("the corpus is compressed text"))).collect()
}

impl Entry {
    /// Whether it can be compared in real time: its timers are far enough apart.
    pub fn is_timed(&self) -> bool {
        self.gap.is_some()
    }

    fn case(&self) -> Case {
        Case { program: self.program.clone(), gap: self.gap.unwrap_or(1) }
    }

    fn fault(&self, target: Target, report: &Report) -> Option<String> {
        let seed = self.program.seed;
        if !report.broken.is_empty() {
            return Some(format!("seed {seed} on {target:?}: {}", report.broken.join("; ")));
        }
        let (mut expected, mut seen) = if target.is_virtual() {
            (self.log.clone(), report.log.clone())
        } else {
            (endings(&self.log), endings(&report.log))
        };
        expected.sort();
        seen.sort();
        let missing: Vec<_> = expected.iter().filter(|line| !seen.contains(line)).collect();
        let strange: Vec<_> = seen.iter().filter(|line| !expected.contains(line)).collect();
        let text = format!("seed {seed} on {target:?}: missing {missing:?}, strange {strange:?}");
        (expected != seen).then_some(text)
    }
}

/// What a log says without its instants, which real time does not keep.
fn endings(log: &[String]) -> Vec<String> {
    let said = log.iter().filter_map(|line| line.split_once(' '));
    said.map(|(_, line)| line.to_owned()).filter(|line| !line.contains(" at ")).collect()
}

/// Runs programs, and gives one line for each that does not do what Trio says.
pub fn divergences(entries: &[Entry], target: Target, schedules: u64) -> Vec<String> {
    let mut left: Vec<&Entry> = entries.iter().collect();
    let mut faults = Vec::new();
    for margin in MARGINS {
        let settings = Settings { schedules, margin: Duration::from_millis(margin) };
        let cases: Vec<Case> = left.iter().map(|entry| entry.case()).collect();
        let reports = target.run(&cases, settings);
        faults.clear();
        left = left
            .into_iter()
            .zip(reports)
            .filter(|(entry, reports)| {
                let fault = reports.iter().find_map(|report| entry.fault(target, report));
                let is_faulty = fault.is_some();
                faults.extend(fault);
                is_faulty
            })
            .map(|(entry, _)| entry)
            .collect();
        if left.is_empty() || target.is_virtual() {
            break;
        }
    }
    faults
}
