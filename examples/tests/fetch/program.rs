//! The program as a whole: its output, for programs and for people.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Output, Stdio};

use serde_json::{Map, Value};

use crate::within::{LIMIT, within_limit};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fetch");
const BACKENDS: [&str; 3] = ["tokio", "smol", "async-std"];

/// Runs the program to its end, within the time limit.
pub(crate) fn fetch(args: &str) -> Output {
    let mut command = assert_cmd::Command::new(PROGRAM);
    command.args(args.split_whitespace()).timeout(LIMIT).output().unwrap()
}

/// What it prints for programs.
fn rows(args: &str) -> Vec<Map<String, Value>> {
    let output = fetch(&format!("{args} --json"));
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_counts(row: &Map<String, Value>, expected: &[(&str, usize)]) {
    for (key, expected) in expected {
        assert_eq!(row[*key], *expected, "{key} in {row:?}");
    }
}

#[test]
fn the_limit_is_reached_and_kept_on_every_backend() {
    let rows = rows("--pages 20 --limit 5 --latency 50ms --timeout 30s --failing 0 --hanging 0");
    let keys = [
        "backend",
        "pages",
        "ok",
        "timed_out",
        "failed",
        "sequential_s",
        "concurrent_s",
        "speedup",
        "peak",
    ];
    assert_eq!(rows.len(), 3);
    for (row, backend) in rows.iter().zip(BACKENDS) {
        assert_eq!(row["backend"], backend);
        assert_counts(
            row,
            &[("pages", 20), ("ok", 20), ("timed_out", 0), ("failed", 0), ("peak", 5)],
        );
        assert!(row["speedup"].as_f64().unwrap() > 2.0, "{row:?}");
        assert!(row["sequential_s"].as_f64().unwrap() >= 1.0, "{row:?}");
        assert!(row["concurrent_s"].as_f64().unwrap() >= 0.2, "{row:?}");
        let mut found: Vec<_> = row.keys().map(String::as_str).collect();
        let mut expected = keys;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

#[test]
fn pages_that_fail_or_hang_are_counted_on_every_backend() {
    let rows = rows("--pages 10 --limit 4 --latency 50ms --timeout 1s --failing 3 --hanging 2");
    for (row, backend) in rows.iter().zip(BACKENDS) {
        assert_eq!(row["backend"], backend);
        assert_counts(
            row,
            &[("pages", 10), ("ok", 5), ("timed_out", 2), ("failed", 3), ("peak", 4)],
        );
    }
}

#[test]
fn one_backend_can_be_chosen() {
    for backend in BACKENDS {
        let rows = rows(&format!("--backend {backend} --pages 2 --latency 1ms"));
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["backend"], backend);
    }
}

#[test]
fn a_table_shows_the_same_for_people() {
    let output = fetch("--pages 2 --latency 1ms");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for word in ["backend", "ok", "timed out", "failed", "speed-up", "peak at once"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(BACKENDS.iter().all(|backend| text.contains(backend)), "{text}");
    assert_eq!(output.stderr, b"", "no bar where there is no terminal");
}

#[test]
fn what_cannot_be_fetched_is_a_failed_page() {
    // The port is free again when the listener is gone.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let args = format!("--backend smol --url http://{address}/ --json");
    let output = fetch(&args);
    assert!(output.status.success(), "{output:?}");
    let row = &serde_json::from_slice::<Vec<Map<String, Value>>>(&output.stdout).unwrap()[0];
    assert_counts(row, &[("pages", 1), ("ok", 0), ("timed_out", 0), ("failed", 1), ("peak", 1)]);
    let line = String::from_utf8(output.stderr).unwrap();
    assert!(line.contains("refused"), "{line}");
}

#[test]
fn that_nobody_reads_is_no_fault() {
    let output = within_limit(|| {
        let mut command = Command::new(PROGRAM);
        command.args(["--pages", "2", "--latency", "1ms"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stderr, b"");
}
