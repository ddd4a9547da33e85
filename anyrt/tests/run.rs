//! How a program chooses its backend, and what it is told when it cannot.

use std::panic::catch_unwind;
use std::process::{Command, Output};

use anyrt::AnyBackend;

/// Runs the test `child` of this file in a process of its own.
fn run_child(backend: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture"]);
    match backend {
        Some(name) => command.env("ANYRT_BACKEND", name),
        None => command.env_remove("ANYRT_BACKEND"),
    };
    command.output().unwrap()
}

#[test]
#[ignore = "the other tests run it"]
fn child() {
    let name = anyrt::run(async { AnyBackend::current().unwrap().name() });
    println!("ran on {name}.");
}

#[test]
fn the_environment_chooses() {
    for (name, ran) in [
        (None, "tokio"),
        (Some(""), "tokio"),
        (Some("tokio"), "tokio"),
        (Some("smol"), "smol"),
        (Some("async-std"), "async-std"),
        (Some("async_std"), "async-std"),
    ] {
        let output = run_child(name);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains(&format!("ran on {ran}.")), "{text}");
    }
}

#[test]
fn an_unknown_name_is_refused() {
    let output = run_child(Some("monoio"));
    let text = String::from_utf8_lossy(&output.stderr);
    let message = "the environment variable ANYRT_BACKEND: there is no backend `monoio` (enabled \
                   are tokio, smol, async-std)";
    assert!(!output.status.success() && text.contains(message), "{text}");
    assert!(text.contains("tests/run.rs"), "the panic should show the caller: {text}");
}

#[test]
fn b8_run_inside_run_is_refused_at_the_callers_line() {
    for backend in AnyBackend::available() {
        let nested = || anyrt::run_on(&backend, async { anyrt::run(async {}) });
        let panic = catch_unwind(std::panic::AssertUnwindSafe(nested)).unwrap_err();
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap();
        assert!(text.contains("blocking::run"), "it should name the remedy: {text}");
    }
}

#[test]
fn names() {
    let names: Vec<_> = AnyBackend::available().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["tokio", "smol", "async-std"]);
    for name in ["tokio", "smol", "async-std"] {
        let backend: AnyBackend = name.parse().unwrap();
        assert_eq!(format!("{backend:?}"), format!("AnyBackend({name:?})"));
    }
    let error = "Tokio".parse::<AnyBackend>().unwrap_err();
    assert_eq!(error.name(), "Tokio");
    assert_eq!(
        error.to_string(),
        "there is no backend `Tokio` (enabled are tokio, smol, async-std): anyrt has tokio, smol \
         and async-std, each a feature"
    );
}
