//! The rules of the public documentation, and who breaks them.
//!
//! The sources are parsed, not searched: what is public, what can be awaited and what it gives is read
//! off the code, so that a new operation comes under the rules without anybody listing it. An item that
//! is `pub` counts as public wherever it is: `unreachable_pub` is an error in this house.
#![forbid(unsafe_code)]

mod allowed;
mod docs;
mod faults;
mod item;
mod laws;
mod rules;
mod sources;
mod waiting;

use sources::Sources;

#[track_caller]
fn assert_kept(rule: fn(&Sources) -> Vec<String>) {
    let faults = rule(&Sources::of_the_workspace());
    assert!(faults.is_empty(), "{} fault(s):\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn whatever_can_be_awaited_says_what_is_lost_when_it_is_dropped() {
    assert_kept(rules::cancel_safety);
}

#[test]
fn first_sentences_are_short_and_whole() {
    assert_kept(rules::first_sentences);
}

#[test]
fn sections_have_the_usual_names_and_order() {
    assert_kept(rules::sections);
}

#[test]
fn cited_laws_exist() {
    assert_kept(rules::cited_laws);
}

#[test]
fn the_types_of_concurrency_cite_their_laws() {
    assert_kept(rules::types_without_law);
}

#[test]
fn errors_and_panics_have_their_sections() {
    assert_kept(rules::errors_and_panics);
}

#[test]
fn the_facade_shows_each_function_at_work() {
    assert_kept(rules::examples);
}

#[test]
fn no_exception_is_left_that_nothing_needs() {
    assert_kept(rules::idle_exceptions);
}

#[test]
fn the_search_sees_what_there_is() {
    let sources = Sources::of_the_workspace();
    for (file, name) in [
        ("anyrt/src/blocking.rs", "run"),
        ("anyrt/src/future.rs", "RunGroup"),
        ("anyrt-core/src/backend/queue.rs", "Semaphore::acquire"),
        ("anyrt-core/src/group/spawn.rs", "TaskGroup::spawn"),
        ("anyrt-core/src/time.rs", "Sleep"),
        ("anyrt-async-io/src/net/tcp.rs", "AsyncIoTcpStream::into_inner"),
        ("conformance/src/suite.rs", "suite!"),
    ] {
        assert!(sources.items.iter().any(|item| item.is(file, name)), "{file}: {name} is not seen");
    }
    for name in ["Acquire", "AnySleep", "RunBlocking", "TokioSleep", "NextCompleted"] {
        assert!(sources.waiting.is_future(name), "{name} is a future");
    }
    assert!(!sources.items.iter().any(|item| item.file.contains("__private")));
}
