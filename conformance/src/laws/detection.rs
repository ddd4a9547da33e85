//! N: which backend library code runs on, that names none.
//!
//! These laws are the facade's, so they need the crate `anyrt`, and its three backends by name.

use std::thread;
use std::time::Duration;

use anyrt::{AnyBackend, TaskGroup, channel};
use anyrt_core::Driver;

use crate::law::Law;
use crate::subject::Subject;

/// Gives the laws of detection, for the backend whose name the driver has.
pub fn detection_laws() -> Vec<Law<Subject>> {
    vec![
        Law::new(
            "N1",
            "Library code works under `#[tokio::main]`, `smol::block_on`, `async_std::main` and \
             `anyrt::run_on`, unchanged.",
            n1,
        ),
        Law::new(
            "N2",
            "No runtime and no fallback: `NoRuntime`, which names the features.",
            |backend| n2(Driver::name(backend)),
        ),
        Law::new(
            "N3",
            "An explicit choice wins over the ambient one, and nested choices nest.",
            |backend| n3(Driver::name(backend)),
        ),
    ]
}

/// What a library does: it names no backend. Gives the name of the one it ran on.
async fn library() -> &'static str {
    let (sender, receiver) = channel::bounded(1);
    let sum = anyrt::task_group(|group: TaskGroup| async move {
        let clone = sender.clone();
        group.spawn(async move {
            let sent = clone.send(anyrt::blocking::run(|| 20).await).await;
            assert!(sent.is_ok(), "the receiver of a channel was gone");
        });
        group.spawn(async move {
            anyrt::sleep(Duration::from_millis(1)).await;
            let sent = sender.send(22).await;
            assert!(sent.is_ok(), "the receiver of a channel was gone");
        });
        let mut sum = 0;
        while let Ok(part) = receiver.recv().await {
            sum += part;
        }
        Ok(sum)
    });
    let sum = sum.await;
    assert!(matches!(sum, Ok(42)), "a group of two children that send 20 and 22 gave {sum:?}");
    let cut = anyrt::move_on_after(Duration::from_millis(1), anyrt::sleep_forever()).await;
    assert!(cut.is_none(), "a timeout did not end sleep_forever");
    here()
}

/// Names the backend that answers here.
fn here() -> &'static str {
    AnyBackend::current().map_or("none", |backend| backend.name())
}

fn any(name: &str) -> AnyBackend {
    name.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Runs library code as a program that does not know anyrt would: in the main task and in a task.
fn under_its_own_entry(name: &str) -> [&'static str; 2] {
    match name {
        "tokio" => tokio::runtime::Runtime::new().expect("tokio has threads").block_on(async {
            [library().await, tokio::spawn(library()).await.expect("the task does not panic")]
        }),
        "smol" => smol::block_on(async { [library().await, smol::spawn(library()).await] }),
        "async-std" => async_std::task::block_on(async {
            [library().await, async_std::task::spawn(library()).await]
        }),
        other => panic!("the facade knows no backend {other}"),
    }
}

fn n1(backend: &Subject) {
    let name = Driver::name(backend);
    let own = under_its_own_entry(name);
    assert_eq!(own, [name; 2], "under the entry of {name}, library code ran on (main, a task)");
    let found = anyrt::run_on(&any(name), library());
    assert_eq!(found, name, "under anyrt::run_on(&AnyBackend), library code ran on");
    let found = anyrt::run_on(backend, library());
    assert_eq!(found, name, "under anyrt::run_on of the backend itself, library code ran on");
}

/// With all backends enabled there always is a fallback: this law's other half needs builds of
/// `anyrt` with other features, which are tests of `anyrt`.
fn n2(name: &str) {
    let available: Vec<_> = AnyBackend::available().iter().map(AnyBackend::name).collect();
    assert_eq!(available, ["tokio", "smol", "async-std"], "enabled are these");
    let alone = thread::spawn(here).join().expect("the thread does not panic");
    assert_eq!(alone, "smol", "on a thread of no runtime, the fallback is");

    let hint = "enable the feature `tokio`, `smol` or `async-std` of anyrt";
    let text = anyrt::error::NoRuntime::new(hint).to_string();
    assert!(text.contains(hint), "NoRuntime does not pass its advice on: {text}");
    let unknown = format!("no-{name}").parse::<AnyBackend>();
    let text = unknown.map_or_else(|error| error.to_string(), |found| found.name().to_owned());
    for feature in available {
        assert!(
            text.contains(feature),
            "the error for an unknown backend names no {feature}: {text}"
        );
    }
}

fn n3(name: &str) {
    let tokio = tokio::runtime::Runtime::new().expect("tokio has threads");
    let ambient = tokio.enter();
    let found = anyrt::run_on(&any(name), library());
    assert_eq!(found, name, "chosen {name}, with tokio's context entered, library code ran on");
    drop(ambient);

    for other in AnyBackend::available() {
        let inner = other.clone();
        let found = anyrt::run_on(&any(name), async move {
            let before = library().await;
            let within = anyrt::blocking::run(move || anyrt::run_on(&inner, library())).await;
            [before, within, library().await]
        });
        assert_eq!(
            found,
            [name, other.name(), name],
            "chosen {name}, and {} inside of it, library code ran before, within and after on",
            other.name()
        );
    }
}
