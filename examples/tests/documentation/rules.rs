//! The rules: each gives the faults that it finds, and one line for each of them.

use std::collections::BTreeSet;
use std::{fs, path::Path};

use crate::allowed::{EXCEPTIONS, Exception, MODULE_HEADINGS, Rule};
use crate::item::{Item, Kind};
use crate::laws;
use crate::sources::{Sources, root};
use crate::waiting;

const ORDER: [&str; 5] = ["Panics", "Errors", "Cancel safety", "Backends", "Examples"];

const CLASSES: [&str; 3] = ["**Safe**", "**Loses its place**", "**Loses data**"];

/// The modules of the core that are the concurrency API.
const CONCURRENCY: [&str; 9] =
    ["group", "scope", "inline", "join", "sync", "channel", "time", "blocking", "thread_group"];

/// A first sentence as a list of items shows it is one line.
const LONGEST: usize = 70;

fn faults(sources: &Sources, what: impl Fn(&Item) -> Option<(Rule, String)>) -> Vec<String> {
    let found = sources.items.iter().filter_map(|item| Some((item, what(item)?)));
    found
        .filter(|(item, (rule, _))| !EXCEPTIONS.iter().any(|known| known.covers(item, *rule)))
        .map(|(item, (_, fault))| item.fault(&fault))
        .collect()
}

impl Exception {
    fn covers(&self, item: &Item, rule: Rule) -> bool {
        self.rule == rule && item.is(self.file, self.name)
    }
}

pub(crate) fn cancel_safety(sources: &Sources) -> Vec<String> {
    faults(sources, |item| want_cancel_safety(sources, item))
}

fn want_cancel_safety(sources: &Sources, item: &Item) -> Option<(Rule, String)> {
    let text = sources.docs(item).section("Cancel safety");
    let is_needed = match &item.kind {
        Kind::Function { signature, .. } => sources.waiting.is_awaited(signature),
        Kind::Type => {
            sources.waiting.is_future(&item.name) || sources.waiting.is_stream(&item.name)
        }
        _ => false,
    };
    let fault = match text {
        None if !is_needed => return None,
        None => "it can be awaited, and has no section `Cancel safety`".to_owned(),
        // A full stop may belong to the class.
        Some(text) => {
            let text = text.replacen(".**", "**", 1);
            if CLASSES.iter().any(|class| text.starts_with(class)) {
                return None;
            }
            format!("`Cancel safety` begins with none of {CLASSES:?}")
        }
    };
    Some((Rule::CancelSafety, fault))
}

pub(crate) fn first_sentences(sources: &Sources) -> Vec<String> {
    let mut faults = Vec::new();
    for item in &sources.items {
        if item.docs.is_empty() && matches!(item.kind, Kind::OfTrait | Kind::Module { .. }) {
            continue;
        }
        let sentence = item.docs.first_sentence();
        let length = sentence.chars().count();
        let is_page = matches!(item.kind, Kind::Module { .. });
        let mut add = |what: &str| faults.push(item.fault(&format!("{what}: {sentence:?}")));
        if length > LONGEST && !is_page {
            add(&format!("the first sentence has {length} characters"));
        }
        let is_whole = sentence.ends_with('.') || is_page && sentence.ends_with('?');
        if !is_whole {
            add("the first sentence does not end with a full stop");
        }
        if sentence.split_whitespace().next() == Some("This") {
            add("the first sentence begins with \"This\"");
        }
    }
    faults
}

pub(crate) fn sections(sources: &Sources) -> Vec<String> {
    let mut faults = Vec::new();
    for item in &sources.items {
        let mut least = 0;
        for section in item.docs.sections() {
            let title = section.title;
            match ORDER.iter().position(|usual| *usual == title) {
                Some(place) if place < least => {
                    faults.push(item.fault(&format!("`{title}` comes too late, or twice")));
                }
                Some(place) => least = place + 1,
                None => {
                    let is_known = match item.kind {
                        Kind::Module { is_crate: true } => true,
                        Kind::Module { is_crate: false } => {
                            MODULE_HEADINGS.iter().any(|(known, _)| *known == title)
                        }
                        _ => false,
                    };
                    if !is_known {
                        faults.push(item.fault(&format!("no section is called `{title}`")));
                    }
                }
            }
        }
    }
    faults
}

/// Looks at every text, not only at the documentation: a fault's message cites laws, too.
pub(crate) fn cited_laws(_: &Sources) -> Vec<String> {
    let existing = laws::existing();
    let mut faults = Vec::new();
    let mut seen = 0;
    let mut todo = vec![root()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if path.is_dir() {
                todo.extend((name != "target" && !name.starts_with('.')).then_some(path));
            } else if is_text(&path) {
                let cited = laws::cited(&fs::read_to_string(&path).unwrap());
                seen += cited.len();
                let unknown: BTreeSet<_> =
                    cited.into_iter().filter(|id| !existing.contains(id)).collect();
                faults.extend(unknown.iter().map(|id| format!("{}: no law {id}", path.display())));
            }
        }
    }
    assert!(seen > 100, "only {seen} citations were found");
    faults
}

fn is_text(path: &Path) -> bool {
    // This test's own examples of laws that do not exist.
    let is_own = path.ends_with("documentation/laws.rs");
    !is_own && path.extension().is_some_and(|extension| extension == "rs" || extension == "md")
}

pub(crate) fn types_without_law(sources: &Sources) -> Vec<String> {
    faults(sources, |item| want_law(sources, item))
}

fn want_law(sources: &Sources, item: &Item) -> Option<(Rule, String)> {
    let module = CONCURRENCY.iter().find(|module| item.is_in_core(module))?;
    if !matches!(item.kind, Kind::Type) {
        return None;
    }
    let is_part = |part: &&Item| {
        let is_owned = part.owner.as_ref().is_some_and(|owner| *owner == item.name);
        part.is_in_core(module) && (is_owned || part.name == item.name)
    };
    let mut parts = sources.items.iter().filter(is_part);
    let is_citing = parts.any(|part| !laws::cited(&part.docs.text()).is_empty());
    let fault = "neither the type nor a method of it cites a law".to_owned();
    (!is_citing).then_some((Rule::Law, fault))
}

pub(crate) fn errors_and_panics(sources: &Sources) -> Vec<String> {
    let mut found = faults(sources, |item| want_errors(sources, item));
    found.extend(faults(sources, |item| want_panics(sources, item)));
    found
}

fn want_errors(sources: &Sources, item: &Item) -> Option<(Rule, String)> {
    let Kind::Function { signature, .. } = &item.kind else { return None };
    let is_told = sources.docs(item).section("Errors").is_some();
    let fault = "it gives a `Result`, and has no section `Errors`".to_owned();
    (!is_told && sources.waiting.can_fail(signature)).then_some((Rule::Errors, fault))
}

fn want_panics(sources: &Sources, item: &Item) -> Option<(Rule, String)> {
    let Kind::Function { signature, is_track_caller: true } = &item.kind else { return None };
    // It keeps the place for whoever asks where its future was made, and does nothing yet.
    if waiting::is_constructor(signature) {
        return None;
    }
    let fault = "it tracks its caller, and has no section `Panics`".to_owned();
    sources.docs(item).section("Panics").is_none().then_some((Rule::Panics, fault))
}

pub(crate) fn examples(sources: &Sources) -> Vec<String> {
    faults(sources, want_example)
}

fn want_example(item: &Item) -> Option<(Rule, String)> {
    if !item.file.starts_with("anyrt/") || !matches!(item.kind, Kind::Function { .. } | Kind::Macro)
    {
        return None;
    }
    let example = item.docs.section("Examples");
    let is_shown = example.is_some_and(|text| text.contains("```"));
    let fault = "it has no section `Examples` with code".to_owned();
    (!is_shown).then_some((Rule::Examples, fault))
}

pub(crate) fn idle_exceptions(sources: &Sources) -> Vec<String> {
    let is_needed = |exception: &&Exception| {
        let mut items = sources.items.iter();
        items.any(|item| {
            exception.covers(item, exception.rule)
                && match exception.rule {
                    Rule::CancelSafety => want_cancel_safety(sources, item),
                    Rule::Errors => want_errors(sources, item),
                    Rule::Examples => want_example(item),
                    Rule::Law => want_law(sources, item),
                    Rule::Panics => want_panics(sources, item),
                }
                .is_some()
        })
    };
    let idle = EXCEPTIONS.iter().filter(|exception| !is_needed(exception));
    let told = idle.map(|Exception { rule, file, name, reason }| {
        format!("{file}: `{name}` needs no exception from {rule:?} any more: {reason:?}")
    });
    told.collect()
}
