//! Each rule was seen to be broken: small texts with a fault, and what is said of it.

use crate::rules;
use crate::sources::Sources;

#[track_caller]
fn assert_fault(rule: fn(&Sources) -> Vec<String>, text: &str, wanted: &str) {
    let faults = rule(&Sources::of_text(text));
    let is_told = faults.len() == 1 && faults[0].contains(wanted);
    assert!(is_told, "{wanted:?} is not what is said of\n{text}\nbut {faults:?}");
}

#[track_caller]
fn assert_fine(rule: fn(&Sources) -> Vec<String>, text: &str) {
    assert_eq!(rule(&Sources::of_text(text)), [""; 0], "{text}");
}

#[test]
fn a_future_without_its_class_of_safety_is_found() {
    let awaited = "has no section `Cancel safety`";
    for text in [
        "pub async fn wait() {}",
        "pub fn wait() -> impl Future<Output = ()> {}",
        "pub fn wait() -> Pin<Box<dyn Future<Output = ()>>> {}",
        "pub trait Wait { fn wait(&self) -> impl Future<Output = ()>; }",
        "pub trait Wait { type Timer: Future; fn wait(&self) -> Self::Timer; }",
        "pub struct Timer; impl Future for Timer { type Output = (); }",
        "pub struct Ticks; impl<T> Stream for Ticks<T> {}",
        "pin_project! { pub struct Timer { #[pin] x: () } impl PinnedDrop for Timer {} }
         impl Future for Timer { type Output = (); }",
        "struct Timer; impl Future for Timer {} pub fn wait() -> Option<Timer> {}",
    ] {
        assert_fault(rules::cancel_safety, text, awaited);
    }
    let maker =
        "/// # Cancel safety\n///\n/// **Safe.**\npub struct Ticks; impl<T> Stream for Ticks<T> {}
        pub fn ticks() -> (u8, Ticks) {}";
    assert_fine(rules::cancel_safety, maker);
    let vague = "/// Waits.\n///\n/// # Cancel safety\n///\n/// Mostly.\npub async fn wait() {}";
    assert_fault(rules::cancel_safety, vague, "begins with none of");
    assert_fine(rules::cancel_safety, &vague.replace("Mostly.", "**Safe.**"));
    assert_fine(rules::cancel_safety, &vague.replace("Mostly.", "**Loses its place** in a queue."));
    let twin = "pub trait Erased { /// See [`wait`].\n async fn erased_wait(&self); }";
    assert_fault(rules::cancel_safety, twin, "erased_wait");
    let whole = vague.replace("Mostly.", "**Safe.**") + "\n" + twin;
    assert_fine(rules::cancel_safety, &whole);
    assert_fine(rules::cancel_safety, "#[doc(hidden)] pub async fn wait() {} async fn own() {}");
}

#[test]
fn a_bad_first_sentence_is_found() {
    let long = format!("/// Waits {} long.\npub fn wait() {{}}", "very ".repeat(15));
    assert_fault(rules::first_sentences, &long, "characters");
    assert_fault(rules::first_sentences, "/// Waits\npub fn wait() {}", "full stop");
    assert_fault(rules::first_sentences, "/// This waits.\npub fn wait() {}", "\"This\"");
    let link =
        format!("/// See [`wait`]({}). Then {}.\npub fn wait() {{}}", long.len(), "x".repeat(99));
    assert_fine(rules::first_sentences, &link);
    let of_method = "trait Own {} pub struct A; impl A { /// This\n pub fn wait() {} }";
    assert_eq!(rules::first_sentences(&Sources::of_text(of_method)).len(), 3, "A has none either");
}

#[test]
fn a_section_out_of_place_is_found() {
    let order = "/// A.\n///\n/// # Errors\n///\n/// # Panics\npub fn wait() {}";
    assert_fault(rules::sections, order, "`Panics` comes too late");
    let twice = "/// A.\n///\n/// # Errors\n///\n/// # Errors\npub fn wait() {}";
    assert_fault(rules::sections, twice, "twice");
    let strange = "/// A.\n///\n/// # Notes\npub fn wait() {}";
    assert_fault(rules::sections, strange, "no section is called `Notes`");
    assert_fine(rules::sections, "/// ```\n/// # Notes\n/// ```\npub fn wait() {}");
}

#[test]
fn a_failure_or_panic_that_is_not_told_is_found() {
    let errors = "no section `Errors`";
    assert_fault(rules::errors_and_panics, "pub fn read() -> io::Result<u8> {}", errors);
    assert_fault(rules::errors_and_panics, "pub async fn read() -> Result<u8, ()> {}", errors);
    let returned = "pub fn read() -> impl Future<Output = io::Result<u8>> {}";
    assert_fault(rules::errors_and_panics, returned, errors);
    let named = "pub fn read() -> Read {} impl Future for Read { type Output = Result<u8, ()>; }";
    assert_fault(rules::errors_and_panics, named, errors);
    let tracked = "#[track_caller] pub fn read() {}";
    assert_fault(rules::errors_and_panics, tracked, "no section `Panics`");
    let made = "impl Read { #[track_caller] pub fn new() -> Self {} }";
    assert_fine(rules::errors_and_panics, made);
}

#[test]
fn a_function_without_example_is_found() {
    let text = "/// A.\n///\n/// # Examples\n///\n/// None.\npub fn wait() {}";
    assert_fault(rules::examples, text, "no section `Examples`");
    assert_fine(rules::examples, &text.replace("None.", "```\n/// wait();\n/// ```"));
}
