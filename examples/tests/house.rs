//! The invariants of absence of `ARCHITECTURE.md`: what must never be in the house.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files of a folder of the workspace, with their text.
fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut todo = vec![root().join(folder)];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                let is_source = name != "target" && !name.to_string_lossy().starts_with('.');
                todo.extend(is_source.then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    assert!(!files.is_empty(), "no Rust file in {folder}");
    files
}

const CRATES: [&str; 13] = [
    "anyrt-core",
    "anyrt-tokio",
    "anyrt-smol",
    "anyrt-async-io",
    "anyrt-async-std",
    "anyrt-sim",
    "anyrt-macros",
    "anyrt-workers",
    "anyrt",
    "anyrt-hyper",
    "conformance",
    "examples",
    "bench",
];

#[test]
fn core_names_no_runtime() {
    for (path, text) in rust_files("anyrt-core/src") {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            let code = code.replace("feature = \"tracing\"", "");
            for runtime in ["tokio", "smol", "async_std", "async_io", "feature ="] {
                let is_example_name = code.contains("\"tokio\"");
                assert!(
                    !code.contains(runtime) || is_example_name,
                    "{}:{}: anyrt-core names {runtime}",
                    path.display(),
                    number + 1
                );
            }
        }
    }
    let manifest = fs::read_to_string(root().join("anyrt-core/Cargo.toml")).unwrap();
    for runtime in ["tokio.", "tokio =", "smol.", "async-std", "async-io"] {
        let names_it = manifest.lines().any(|line| line.starts_with(runtime));
        assert!(!names_it, "anyrt-core/Cargo.toml has {runtime}");
    }
    let features = manifest.lines().skip_while(|line| *line != "[features]").skip(1);
    let features: Vec<_> = features
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(features, ["tracing"], "features of anyrt-core: none may be for a runtime");
}

#[test]
fn adapters_without_networking_are_thin() {
    for adapter in ["anyrt-tokio", "anyrt-smol", "anyrt-async-std"] {
        let files = rust_files(&format!("{adapter}/src"));
        let texts = || {
            files.iter().filter(|(path, _)| {
                !["net.rs", "process.rs", "signal.rs"]
                    .iter()
                    .any(|capability| path.ends_with(capability))
            })
        };
        // Nor do the lines count that say which capabilities there are.
        let is_own = |line: &&str| !line.contains("feature") && !line.starts_with("mod ");
        let lines = texts().flat_map(|(_, text)| text.lines()).filter(is_own).count();
        assert!(lines < 150, "{adapter} has {lines} lines without networking: what is it doing?");
        let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
        let code =
            texts().flat_map(|(_, text)| text.lines().map(str::trim)).filter(is_code).count();
        assert!(code <= 100, "{adapter} has {code} lines of code without networking");
    }
}

#[test]
fn a_backend_author_writes_at_most_six_methods() {
    let text = fs::read_to_string(root().join("anyrt-core/src/driver.rs")).unwrap();
    let required = |name: &str| {
        let start = text.find(&format!("pub trait {name}")).unwrap();
        let body = &text[start..start + text[start..].find("\n}\n").unwrap()];
        let mut count = 0;
        let mut signature = String::new();
        for line in body.lines() {
            let line = line.trim();
            if line.starts_with("fn ") {
                signature.clear();
                signature.push_str(line);
            } else if !signature.is_empty() {
                signature.push_str(line);
            }
            if signature.ends_with(';') {
                count += 1;
                signature.clear();
            } else if signature.ends_with('{') {
                signature.clear();
            }
        }
        count
    };
    assert_eq!((required("Driver"), required("Toplevel")), (5, 1));
}

#[test]
fn every_crate_forbids_unsafe_and_none_uses_it() {
    for name in CRATES {
        let files = rust_files(name);
        for (path, text) in &files {
            let is_crate_root =
                ["src/lib.rs", "src/main.rs"].iter().any(|root| path.ends_with(root));
            if is_crate_root {
                assert!(text.contains("#![forbid(unsafe_code)]"), "{} lacks it", path.display());
            }
            if path.ends_with("tests/house.rs") {
                continue;
            }
            for (number, line) in text.lines().enumerate() {
                let is_use = line.contains("unsafe") && !line.contains("forbid(unsafe_code)");
                assert!(!is_use, "{}:{}: {line}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn files_are_small_and_named_for_their_idea() {
    for name in CRATES {
        for (path, text) in rust_files(name) {
            assert!(!path.ends_with("mod.rs"), "{}: name the file for its idea", path.display());
            let lines = text.lines().count();
            assert!(lines <= 400, "{} has {lines} lines: one idea per file", path.display());
        }
    }
}

#[test]
fn the_facade_has_no_default_backend() {
    let manifest = fs::read_to_string(root().join("anyrt/Cargo.toml")).unwrap();
    let default = manifest.lines().find(|line| line.starts_with("default")).unwrap_or("");
    for runtime in ["tokio", "smol", "async-std"] {
        assert!(!default.contains(runtime), "anyrt's default features: {default}");
    }
}

#[test]
fn a_backend_author_gets_no_runtime_from_the_suite() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "anyrt-conformance", "--no-default-features"])
        .args(["--edges", "normal", "--prefix", "none"])
        .current_dir(root())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&tree.stdout);
    assert!(text.contains("anyrt-core"), "{}", String::from_utf8_lossy(&tree.stderr));
    for runtime in ["tokio ", "smol ", "async-std ", "async-io "] {
        let has_it = text.lines().any(|line| line.starts_with(runtime));
        assert!(!has_it, "the suite brings {runtime}:\n{text}");
    }
}

#[test]
fn laws_that_are_marked_as_checked_are_the_ones_that_are() {
    let text = fs::read_to_string(root().join("docs/laws.md")).unwrap();
    let rows = text.lines().filter(|line| line.contains("| ✓ |"));
    let ids = rows.filter_map(|row| row.split('|').nth(1));
    let mut marked: Vec<_> = ids.map(|id| id.trim().to_lowercase()).collect();
    let suite = fs::read_to_string(root().join("conformance/src/suite.rs")).unwrap();
    let start = suite.find("b1 b2").unwrap();
    let list = &suite[start..start + suite[start..].find(']').unwrap()];
    let mut checked: Vec<_> =
        list.split_whitespace().filter(|id| !id.starts_with('$')).map(str::to_owned).collect();
    // Those that need a driver, a network, or the facade.
    checked.extend(["b11", "j1", "j2", "j3", "j4", "j5", "s8", "l9"].map(String::from));
    checked.extend(["o1", "o2", "o3", "o4"].map(String::from));
    checked.extend(["t1", "t2", "t3", "t4", "t5"].map(String::from));
    checked.extend((1..=13).map(|number| format!("w{number}")));
    checked.extend(["n1", "n2", "n3", "n4", "n5", "n6", "n7"].map(String::from));
    marked.sort();
    checked.sort();
    assert_eq!(marked, checked);
}
