//! B9: a backend that is used from a thread that its runtime does not know.

use std::future::pending;
use std::time::Duration;

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::support::{Count, Group, block_on, on_unknown_thread};

const SHORT: Duration = Duration::from_millis(10);

pub(in crate::laws) fn b9<B: Backend + Toplevel>(backend: &B) {
    backend.run(async {
        on_unknown_thread(backend, sleeps).await;
        on_unknown_thread(backend, groups).await;
        on_unknown_thread(backend, scopes_and_blocking_calls).await;
        carried_across(backend).await;
        spawned_from_outside(backend).await;
    });
}

fn sleeps<B: Backend>(backend: &B) {
    let begin = backend.now();
    block_on(backend.sleep(SHORT));
    let slept = backend.now().saturating_duration_since(begin);
    assert!(slept >= SHORT, "on an unknown thread sleep({SHORT:?}) ended after {slept:?}");

    let deadline = backend.now() + SHORT;
    block_on(backend.sleep_until(deadline));
    assert!(backend.now() >= deadline, "on an unknown thread sleep_until ended too early");
}

fn groups<B: Backend>(backend: &B) {
    let ended = Count::new();
    let result = block_on(backend.task_group(async |group: Group<B>| {
        for _ in 0..10 {
            let (backend, ended) = (backend.clone(), ended.clone());
            group.spawn(async move {
                backend.sleep(Duration::from_millis(1)).await;
                ended.up();
            });
        }
        let child = group.spawn(async { Ok(7) });
        Ok(child.await.ok())
    }));
    assert!(
        matches!(result, Ok(Some(7))),
        "a child spawned on an unknown thread gave its group {result:?}"
    );
    assert_eq!(ended.get(), 10, "of 10 children spawned on an unknown thread this many ended");
}

fn scopes_and_blocking_calls<B: Backend>(backend: &B) {
    let cut = block_on(backend.move_on_after(SHORT, pending::<()>()));
    assert!(cut.is_none(), "on an unknown thread move_on_after did not strike");
    let kept = block_on(backend.move_on_after(Duration::from_secs(3600), async {
        backend.checkpoint().await;
        backend.run_blocking(|| 7).await
    }));
    assert_eq!(kept, Some(7), "a blocking call from an unknown thread gave this");
}

/// A sleep made on one side and awaited on the other.
async fn carried_across<B: Backend>(backend: &B) {
    let begin = backend.now();
    let made_outside = on_unknown_thread(backend, |backend| backend.sleep(SHORT)).await;
    made_outside.await;
    let made_inside = backend.sleep(SHORT);
    on_unknown_thread(backend, move |_| block_on(made_inside)).await;
    let slept = backend.now().saturating_duration_since(begin);
    assert!(slept >= 2 * SHORT, "two sleeps of {SHORT:?} each took {slept:?} together");
}

/// A child of a group that runs, spawned from outside.
async fn spawned_from_outside<B: Backend>(backend: &B) {
    let result = backend
        .task_group(async |group: Group<B>| {
            let child = on_unknown_thread(backend, move |backend| {
                let backend = backend.clone();
                group.spawn(async move {
                    backend.sleep(SHORT).await;
                    Ok(7)
                })
            })
            .await;
            Ok(child.await.ok())
        })
        .await;
    assert!(
        matches!(result, Ok(Some(7))),
        "a child spawned from an unknown thread gave its group {result:?}"
    );
}
