//! What the compiler says to who uses groups wrongly: it names the remedy where it can.

#[path = "support/tiny.rs"]
mod tiny;

use tiny::Tiny;

/// Ends in what it may not end in.
const ENDS: &str = r#"
use anyrt::TaskGroup;

async fn child_with_a_plain_value() {
    let _ = anyrt::task_group(async |group: TaskGroup| { group.spawn(async { 6 }); }).await;
}

async fn failing_child_where_nothing_can_fail() {
    let _ = anyrt::task_group(async |group: TaskGroup| { group.spawn(anyrt::fs::read("it")); }).await;
}

async fn child_with_another_failure() {
    let _ = anyrt::task_group(async |group: TaskGroup<String>| { group.spawn(anyrt::fs::read("it")); }).await;
}

async fn child_that_cannot_be_sent() {
    let _ = anyrt::task_group(async |group: TaskGroup| {
        let counter = std::rc::Rc::new(1);
        group.spawn(async move { drop(counter); });
    }).await;
}

fn main() {}
"#;

/// Each of its lines begins something, and does not wait for it.
const FORGOTTEN: &str = r#"
#![deny(unused_must_use)]

use anyrt::TaskGroup;

async fn forgets_to_await(group: TaskGroup, event: anyrt::sync::Event) {
    anyrt::task_group(async |_: TaskGroup| {});
    anyrt::supervise(async |_: TaskGroup| {});
    anyrt::bracket((), async |_| {}, async |()| {});
    anyrt::finally(async {}, async {});
    anyrt::move_on_when(event.wait(), async {});
    anyrt::catch_panic(async {});
    anyrt::checkpoint();
    group.spawn(async {}).value();
    group.spawn(async {}).join();
    group.background();
    group.limited(5).spawn_when_free(async {});
    anyrt::blocking::run(|| {});
    anyrt::fs::read("it");
}

fn main() {}
"#;

/// What cargo says of a program that does not compile, error by error.
fn errors(name: &str, program: &str) -> Vec<String> {
    let output = Tiny::new(name, "features = [\"tokio\"]", program).cargo("check");
    assert!(!output.status.success());
    let errors = format!("\n{}", String::from_utf8_lossy(&output.stderr));
    errors.split("\nerror").skip(1).map(str::to_owned).collect()
}

fn line_of(program: &str, text: &str) -> String {
    let line = program.lines().position(|line| line.contains(text)).unwrap() + 1;
    format!("src/main.rs:{line}:")
}

#[test]
fn what_a_child_may_not_end_in_is_told_with_the_remedy() {
    let errors = errors("type-faults", ENDS);
    let fault = |line: &str, texts: &[&str]| {
        let place = line_of(ENDS, line);
        let is_told = |error: &&String| {
            error.contains(&place) && texts.iter().all(|text| error.contains(text))
        };
        assert!(errors.iter().any(|error| is_told(&error)), "no {texts:?} at {place}: {errors:#?}");
    };
    let plain = "failures of type `Infallible` cannot end in `{integer}`";
    fault("async { 6 }", &[plain, "to give a value, end in `Ok(value)`"]);
    let nothing = "in a `TaskGroup` alone nothing can";
    fault("TaskGroup| { group.spawn(anyrt::fs", &["failures of type `Infallible`", nothing]);
    fault("TaskGroup<String>", &["failures of type `String`", "`Result<T, String>`"]);
    fault("group.spawn(async move", &["cannot be sent between threads", "captured value"]);
    assert!(!errors.concat().contains("-> !"), "names of the engine's own: {errors:#?}");
}

#[test]
fn whatever_is_not_awaited_is_told() {
    let errors = errors("forgotten-awaits", FORGOTTEN);
    let begun = FORGOTTEN.lines().filter(|line| line.starts_with("    ")).collect::<Vec<_>>();
    for line in &begun {
        let place = line_of(FORGOTTEN, line);
        assert!(
            errors.iter().any(|error| error.contains(&place)),
            "no error at {line}: {errors:#?}"
        );
    }
    assert_eq!(begun.len(), 13);
}
