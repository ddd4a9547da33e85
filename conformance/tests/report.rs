//! The report as a user types it.
#![cfg(feature = "report")]

use std::process::{Command, Output};

use serde_json::Value;

fn report(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_anyrt-conformance"))
        .args(arguments)
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("the report starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the report writes text")
}

#[test]
fn one_row_for_each_law_and_backend() {
    let output = report(&["--law", "g10", "--law", "B1", "--json"]);
    assert!(output.status.success(), "{output:?}");
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            assert!(
                row["ms"].is_u64() && row["detail"] == "" && row["outcome"] == "passed",
                "{row}"
            );
            (row["law"].as_str().unwrap_or_default(), row["backend"].as_str().unwrap_or_default())
        })
        .collect();
    let expected = [
        ("B1", "tokio"),
        ("B1", "smol"),
        ("B1", "async-std"),
        ("B1", "sim"),
        ("G10", "tokio"),
        ("G10", "smol"),
        ("G10", "async-std"),
        ("G10", "sim"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_family_on_one_backend_in_words() {
    let output = report(&["--backend", "smol", "--law", "L", "--repeat", "2"]);
    assert!(output.status.success(), "{output:?}");
    let out = text(&output.stdout);
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("law  smol"), "{out}");
    assert!(lines[1].starts_with("L1   ok "), "{out}");
    let laws = anyrt_conformance::driver_laws();
    let count = laws.iter().filter(|law| law.id.starts_with('L')).count();
    let summary = format!("{count} laws x 1 backend: {count} passed, 0 failed");
    assert_eq!(lines.last(), Some(&summary.as_str()), "{out}");
    assert_eq!(text(&output.stderr), "", "a check that panics on purpose was heard");
}

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    let cases: [(&[&str], &str); 6] = [
        (&["--backend", "monoio"], "monoio"),
        (&["--law", "Z"], "`Z`"),
        (&["--law", "G99"], "G99"),
        (&["--law", ""], "law"),
        (&["--repeat", "0"], "--repeat"),
        (&["--nope"], "--nope"),
    ];
    for (arguments, named) in cases {
        let output = report(arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        assert!(error.starts_with("error: ") && error.contains(named), "{arguments:?}: {error}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}
