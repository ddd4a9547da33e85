//! The table of places in the documentation of `AnyBackend::current`, row by row.

use std::fs;
use std::path::Path;

/// What the documentation says: the name of the row's test, and the answer.
fn rows() -> Vec<(String, String)> {
    let source = include_str!("../../src/detect.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix("/// | "));
    let rows = lines.filter_map(|line| line.strip_suffix(" |")?.split_once(" | "));
    let rows = rows.map(|(place, answer)| (test_name(place), answer.replace('`', "")));
    rows.skip_while(|(name, _)| name != "where_the_code_runs").skip(1).collect()
}

/// "in a `LocalSet` of async-std" is `in_a_local_set_of_async_std`.
fn test_name(place: &str) -> String {
    let mut name = String::new();
    for c in place.chars() {
        let ends_word = c.is_uppercase() || !c.is_alphanumeric();
        if ends_word && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.extend(c.is_alphanumeric().then(|| c.to_ascii_lowercase()));
    }
    name.trim_end_matches('_').to_owned()
}

/// The text of each test in the files of a folder.
fn tests_in(folder: &Path, tests: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            tests_in(&path, tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for test in text.split("#[test]\nfn ").skip(1) {
                let (name, body) = test.split_once('(').unwrap();
                let body = body.split("\n}\n").next().unwrap();
                tests.push((name.to_owned(), body.to_owned()));
            }
        }
    }
}

#[test]
fn each_row_has_a_test_of_its_name() {
    let mut tests = Vec::new();
    tests_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut tests);
    let rows = rows();
    assert!(rows.len() > 20, "is this still the table? {rows:?}");
    for (name, answer) in rows {
        let test = tests.iter().find(|(test, _)| *test == name);
        let (_, body) = test.unwrap_or_else(|| panic!("no test `{name}` for a row of the table"));
        let first = answer.split([',', ';']).next().unwrap();
        let is_asserted = match first {
            "the backend of the program" => body.contains("backend.name()"),
            "NoRuntime" => body.contains("no runtime"),
            name => body.contains(&format!("{name}\"")),
        };
        assert!(is_asserted, "the test `{name}` does not assert the answer: {answer}");
    }
}
