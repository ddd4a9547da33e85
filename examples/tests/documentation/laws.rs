//! The ids of laws: those that exist, and those that a text cites.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::root;

/// The ids in `docs/laws.md`.
pub(crate) fn existing() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/laws.md")).unwrap();
    let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let ids: BTreeSet<_> = cells.filter(|cell| is_id(cell)).map(str::to_owned).collect();
    assert!(ids.len() > 70, "docs/laws.md has {} laws", ids.len());
    ids
}

/// The ids that a text cites, as in "law G1", "laws X1, X2" and "laws E2, E5-E8".
pub(crate) fn cited(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut is_citing = false;
    for word in text.split_whitespace().filter(|word| !matches!(*word, "///" | "//!" | "//")) {
        let bare = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        if matches!(bare, "law" | "laws" | "Law" | "Laws") {
            is_citing = word.ends_with(bare);
            continue;
        }
        if !is_citing || matches!(bare, "and" | "or" | "to") {
            continue;
        }
        let parts: Vec<_> = bare.split('-').collect();
        is_citing = parts.iter().all(|part| is_id(part));
        if is_citing {
            ids.extend(parts.into_iter().map(str::to_owned));
            is_citing = word.ends_with(bare) || word.ends_with(',');
        }
    }
    ids
}

/// Whether a word has the form of an id: a capital letter and a number.
fn is_id(word: &str) -> bool {
    let mut letters = word.chars();
    let is_family = letters.next().is_some_and(|letter| letter.is_ascii_uppercase());
    let number = letters.as_str();
    is_family && !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())
}

#[test]
fn citations_are_found_in_prose() {
    let text = "Fine (law G1). A law of the house: T1. As laws C1 and F2 say,\n/// also laws E2,\n/// \
        E5-E8; not T9. \"law B2\"";
    assert_eq!(cited(text), ["G1", "C1", "F2", "E2", "E5", "E8", "B2"]);
}
