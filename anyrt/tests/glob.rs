//! Glob imports beside the real runtimes: no name of anyrt shadows another crate.
#![deny(warnings)]

#[allow(unused_imports, reason = "only whether the names below stay clear")]
use anyrt::*;
use anyrt_core::prelude::*;

use std::time::Duration;

// Under the glob, a plain `#[test]` would be anyrt's.
#[core::prelude::v1::test]
fn names_stay_clear() {
    let _ = tokio::time::Instant::now();
    drop(smol::Timer::never());
    let _ = async_std::task::try_current();
    for backend in AnyBackend::available() {
        let found = backend.run(async {
            sleep(Duration::from_millis(1)).await;
            let scope = CancelScope::new();
            scope.handle().cancel();
            assert!(scope.run(sleep_forever()).await.is_err());
            let sum = fail_after(
                Duration::from_secs(20),
                task_group(|group: TaskGroup| async move {
                    let child = group.spawn(async { Ok(42) });
                    Ok(child.await.unwrap())
                }),
            );
            let (sender, receiver) = channel::unbounded();
            sender.try_send(sum.await.unwrap().unwrap()).unwrap();
            receiver.recv().await.unwrap()
        });
        assert_eq!(found, 42);
    }
}
