//! The blocking twins: refused where they would block a runtime, fine where they would not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyrt::channel::bounded;
use anyrt::{TaskGroup, blocking};

#[test]
fn a_blocking_call_inside_a_task_names_the_remedy() {
    for backend in anyrt::AnyBackend::available() {
        let (sender, receiver) = bounded(1);
        let message = anyrt::run_on(&backend, async {
            let refused = catch_unwind(AssertUnwindSafe(|| sender.send_blocking(1))).unwrap_err();
            assert!(catch_unwind(AssertUnwindSafe(|| receiver.recv_blocking())).is_err());
            *refused.downcast::<String>().unwrap()
        });
        assert!(message.contains("await send instead"), "{message}");
        assert!(message.contains("blocking::run"), "{message}");
        assert_eq!(sender.statistics().used, 0);
    }
}

#[test]
fn a_blocking_call_in_a_blocking_closure_works() {
    for backend in anyrt::AnyBackend::available() {
        let sum = anyrt::run_on(&backend, async {
            let (sender, receiver) = bounded(1);
            let done = anyrt::task_group(|group: TaskGroup| async move {
                group.spawn(async move {
                    for item in 1..=10 {
                        sender.send(item).await.unwrap();
                    }
                });
                let sum = move || std::iter::from_fn(|| receiver.recv_blocking().ok()).sum::<u32>();
                Ok(blocking::run(sum).await)
            });
            done.await.unwrap()
        });
        assert_eq!(sum, 55, "{}", backend.name());
    }
}
