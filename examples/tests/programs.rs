//! The small programs as a user runs them, and that none is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;

/// What no simulation can run: these have tests of their own.
const REAL: [&str; 2] = ["graceful_shutdown", "worker_process"];

const LIMIT: Duration = Duration::from_secs(60);

fn folder(name: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let paths = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn patterns() -> BTreeSet<String> {
    let patterns = folder("src/patterns");
    assert!(patterns.contains("rate_limit"), "{patterns:?}");
    patterns
}

fn run(program: &str, args: &[&str]) -> Output {
    Command::cargo_bin(program).unwrap().args(args).timeout(LIMIT).output().unwrap()
}

#[test]
fn each_pattern_is_a_program_and_stands_in_the_index() {
    assert_eq!(folder("src/bin"), patterns());
    let index = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let index = fs::read_to_string(index).unwrap();
    for pattern in patterns() {
        let link = format!("[`{pattern}`](src/patterns/{pattern}.rs)");
        assert!(index.contains(&link), "README.md has no {link}");
    }
}

#[test]
fn each_program_runs_by_name() {
    for pattern in patterns().into_iter().filter(|pattern| !REAL.contains(&pattern.as_str())) {
        let output = run(&pattern, &["--backend", "sim"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{pattern}: {:?}", String::from_utf8(output.stderr));
        assert!(text.starts_with("== sim\n") && text.lines().count() > 1, "{pattern}: {text}");
    }
}

#[test]
fn without_a_name_a_program_runs_on_all_backends() {
    let output = run("event", &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with("== ")).collect();
    assert_eq!(headings, ["== tokio", "== smol", "== async-std"]);
    let outcomes: BTreeSet<_> = text.lines().filter(|line| !line.starts_with("== ")).collect();
    assert_eq!(outcomes.len(), 1, "the same on each: {text}");
}

#[test]
fn a_bad_name_is_one_line_and_exit_code_2() {
    for args in [&["--backend", "goroutines"][..], &["--backend"], &["all"]] {
        let output = run("event", args);
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{args:?}: {line}");
        assert!(line.starts_with("event: ") && line.ends_with("(see --help)\n"), "{line}");
    }
}
