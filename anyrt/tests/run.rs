//! How a program chooses its backend, and what it is told when it cannot.

use std::panic::catch_unwind;
use std::process::{Command, Output};

use anyrt::{AnyBackend, RunError};

/// Runs the test `child` of this file in a process of its own.
fn run_child(backend: Option<&str>) -> Output {
    run_alone("child", backend)
}

fn run_alone(test: &str, backend: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
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
                   are tokio, smol, async-std, sim)";
    assert!(!output.status.success() && text.contains(message), "{text}");
    assert!(text.contains("tests/run.rs"), "the panic should show the caller: {text}");
}

#[test]
#[ignore = "the other tests run it"]
fn trying_child() {
    match anyrt::try_run(async { AnyBackend::current().unwrap().name() }) {
        Ok(name) => println!("ran on {name}."),
        Err(error) => {
            assert!(matches!(&error, RunError::UnknownBackend(name) if name.name() == "monoio"));
            println!("{error}.");
        }
    }
}

#[test]
fn try_run_gives_an_unknown_name_as_an_error() {
    let output = run_alone("trying_child", Some("monoio"));
    let text = String::from_utf8_lossy(&output.stdout);
    let reason = "there is no backend `monoio` (enabled are tokio, smol, async-std, sim): anyrt has \
                  tokio, smol and async-std, each a feature";
    let message = format!("the environment variable ANYRT_BACKEND: {reason}.");
    assert!(output.status.success() && text.contains(&message), "{text}");
    let output = run_alone("trying_child", Some("smol"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("ran on smol."), "{output:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn choosing_starts_only_what_was_chosen() {
    let output = run_alone("listing_child", Some("smol"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
#[ignore = "the other tests run it"]
fn listing_child() {
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(Result::unwrap);
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        names.map(|name| name.trim_end().to_owned()).collect::<Vec<_>>()
    };
    let before = threads();
    for backend in AnyBackend::available() {
        assert!(backend.name().parse::<AnyBackend>().is_ok());
    }
    assert!(AnyBackend::current().is_ok());
    assert_eq!(threads(), before, "listing has started something");

    anyrt::run(anyrt::blocking::run(|| ()));
    let after = threads();
    assert!(after.len() > before.len(), "smol has started: {after:?}");
    let is_other = |name: &String| name.starts_with("tokio") || name.starts_with("async-std");
    assert!(!after.iter().any(is_other), "{after:?}");
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
        "there is no backend `Tokio` (enabled are tokio, smol, async-std, sim): anyrt has tokio, smol \
         and async-std, each a feature"
    );
}
