//! What one more feature must not change.
//!
//! Here all are on, and each answer must be the one of a build with that backend alone. The builds
//! with other features, whose output must be the same, are a test of `anyrt`.

use super::detect::{Detector, Seen};
use super::several::{as_task, new_tokio, own_entry};

pub(super) fn n5(detector: &Detector, name: &'static str) {
    let Detector { here, library, .. } = *detector;
    assert_eq!(own_entry(name, library), [Seen::on(name); 2], "in main and in a task of {name}");
    match name {
        "tokio" => {
            let local = tokio::task::LocalSet::new();
            let found = local.block_on(&new_tokio(), library());
            assert_eq!(found, Seen::on(name), "in a LocalSet");
            let found = as_task(name, async move { tokio::task::block_in_place(here) });
            assert_eq!(found, name, "in block_in_place");
            let found = as_task(name, async move { tokio::task::spawn_blocking(here).await });
            assert_eq!(found.ok(), Some(name), "in spawn_blocking");
        }
        "smol" => {
            let local = smol::LocalExecutor::new();
            let found = smol::block_on(local.run(local.spawn(library())));
            assert_eq!(found, Seen::on(name), "in a LocalExecutor");
            let found = as_task(name, smol::unblock(here));
            assert_eq!(found, name, "in unblock");
        }
        // Its blocking threads are nobody's tasks: they are not inside a runtime.
        _ => {}
    }

    // After an explicit choice it does not matter what else there is.
    let Detector { run_on, .. } = *detector;
    let chosen = move || run_on(name, Box::pin(async move { vec![library().await] }));
    let on_a_thread = chosen();
    let in_smol = as_task("smol", smol::unblock(chosen));
    let in_tokio = as_task("tokio", async move { tokio::task::spawn_blocking(chosen).await });
    let in_async_std = as_task("async-std", async_std::task::spawn_blocking(chosen));
    let found = [on_a_thread, in_smol, in_tokio.unwrap_or_default(), in_async_std].concat();
    assert_eq!(found, [Seen::on(name); 4], "chosen {name} on a thread, and inside each runtime");
}
