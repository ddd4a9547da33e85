//! The backend is found: under each runtime's entry, or not at all, or as chosen.

use std::thread;

use anyrt_core::Driver;

use super::detect::{Detector, Seen};
use super::several::own_entry;
use crate::subject::Subject;

pub(super) fn n1(detector: &Detector, backend: &Subject) {
    let name = Driver::name(backend);
    let own = own_entry(name, detector.library);
    assert_eq!(own, [Seen::on(name); 2], "under the entry of {name}, in main and in a task");
    let found = detector.library_on(name);
    assert_eq!(found, Seen::on(name), "under run_on of the backend's name");
    let found = anyrt::run_on(backend, (detector.library)());
    assert_eq!(found, Seen::on(name), "under run_on of the backend itself");
}

/// With all backends enabled there always is a fallback: this law's other half needs builds of
/// `anyrt` with other features, which are tests of `anyrt`.
pub(super) fn n2(detector: &Detector, name: &str) {
    let available = (detector.available)();
    assert_eq!(available, ["tokio", "smol", "async-std"], "enabled are these");
    let alone = thread::spawn(detector.here).join().expect("the thread does not panic");
    assert_eq!(alone, "smol", "on a thread of no runtime, the fallback is");

    let hint = "enable the feature `tokio`, `smol` or `async-std` of anyrt";
    let text = anyrt::error::NoRuntime::new(hint).to_string();
    assert!(text.contains(hint), "NoRuntime does not pass its advice on: {text}");
    let text = (detector.refusal)(&format!("no-{name}")).unwrap_or_default();
    for feature in available {
        assert!(
            text.contains(feature),
            "the error for an unknown backend names no {feature}: {text}"
        );
    }
}

pub(super) fn n3(detector: &Detector, name: &'static str) {
    let tokio = tokio::runtime::Runtime::new().expect("tokio has threads");
    let ambient = tokio.enter();
    let found = detector.library_on(name);
    assert_eq!(found, Seen::on(name), "chosen {name}, with tokio's context entered");
    drop(ambient);

    for other in ["tokio", "smol", "async-std", "sim"] {
        let Detector { library, run_on, blocking, .. } = *detector;
        let found = run_on(
            name,
            Box::pin(async move {
                let mut found = vec![library().await];
                let inner = move || run_on(other, Box::pin(async move { vec![library().await] }));
                found.extend(blocking(Box::new(inner)).await);
                found.push(library().await);
                found
            }),
        );
        assert_eq!(
            found,
            [name, other, name].map(Seen::on),
            "chosen {name}, and {other} inside of it: before, within and after"
        );
    }
}
