//! `blocking::scope`: futures that borrow, on threads, with the laws of a group.

#[path = "support/in_time.rs"]
mod in_time;
#[path = "support/outcomes.rs"]
mod outcomes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use anyrt::blocking::{self, ThreadGroup};
use anyrt::channel::bounded;
use anyrt::{AnyBackend, Cancelled, GroupError, Reason, TaskError, TaskGroup};
use in_time::in_time;
use outcomes::{Ends, panic_of, until_cancelled};

/// Calls `test` for each backend on a thread that may block, and fails instead of hanging.
fn on_each(test: impl Fn(&AnyBackend) + Send + Sync + Clone + 'static) {
    for backend in AnyBackend::available() {
        let (test, inside) = (test.clone(), backend.clone());
        // A timeout would wait for the call.
        in_time(move || anyrt::run_on(&backend, blocking::run(move || test(&inside))));
    }
}

fn panic_text(call: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(call)).expect_err("no panic");
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[test]
fn children_borrow_and_run_in_parallel() {
    on_each(|backend| {
        let mut numbers = [1, 2];
        let (first, second) = numbers.split_at_mut(1);
        let (there, here) = bounded::<()>(0);
        let threads: Mutex<Vec<ThreadId>> = Mutex::default();
        let done = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            group.spawn(async {
                there.send(()).await.unwrap();
                first[0] *= 10;
                threads.lock().unwrap().push(thread::current().id());
            });
            group.spawn(async {
                here.recv().await.unwrap();
                second[0] *= 10;
                threads.lock().unwrap().push(thread::current().id());
            });
        });
        assert_eq!((done, numbers), (Ok(()), [10, 20]));
        let threads = threads.into_inner().unwrap();
        assert_ne!(threads[0], threads[1]);
    });
}

#[test]
fn handles_give_values() {
    on_each(|backend| {
        let text = String::from("borrowed");
        let length = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            let child = group.spawn(async { Ok(&text[..3]) });
            let other = group.spawn(async {
                anyrt::sleep(Duration::from_millis(1)).await;
                Ok(text.len())
            });
            Ok((child.join().unwrap(), other.join().unwrap()))
        });
        assert_eq!(length, Ok(("bor", 8)));
    });
}

#[test]
fn of_no_children_it_gives_the_value() {
    on_each(|backend| {
        let value = blocking::scope(backend, |_: ThreadGroup<'_, '_>| Ok(1));
        assert_eq!(value, Ok(1));
    });
}

#[test]
fn the_first_failure_cancels_the_rest_and_all_are_told() {
    on_each(|backend| {
        let ends = Ends::default();
        let failed = blocking::scope(backend, |group: ThreadGroup<'_, '_, &str>| {
            group.spawn(async {
                let _guard = ends.guard();
                anyrt::sleep_forever().await;
                Ok(())
            });
            group.spawn(async {
                until_cancelled().await;
                Err::<(), _>("second")
            });
            let first = group.spawn(async { Err::<(), _>("first") });
            assert!(matches!(first.join(), Err(TaskError::Failed)));
            Ok(())
        });
        assert_eq!(failed.unwrap_err().failures(), ["first", "second"]);
        assert_eq!(ends.count(), 1);
    });
}

#[test]
fn a_failure_of_the_closure_cancels_the_children() {
    on_each(|backend| {
        let ends = Ends::default();
        let failed: Result<(), _> = blocking::scope(backend, |group: ThreadGroup<'_, '_, &str>| {
            group.spawn(async {
                let _guard = ends.guard();
                anyrt::sleep_forever().await;
                Ok(())
            });
            Err("closure")
        });
        assert_eq!(failed.unwrap_err().failures(), ["closure"]);
        assert_eq!(ends.count(), 1);
    });
}

#[test]
fn failures_may_borrow() {
    on_each(|backend| {
        let text = String::from("why");
        let failed = blocking::scope(backend, |group: ThreadGroup<'_, '_, &str>| {
            group.spawn(async { Err::<(), &str>(&text) });
            Ok(())
        });
        assert_eq!(failed.unwrap_err().into_failures(), ["why"]);
    });
}

#[test]
fn a_panic_cancels_the_rest_and_resumes_after_them() {
    on_each(|backend| {
        let ends = Ends::default();
        let slow = || async {
            let _guard = ends.guard();
            anyrt::sleep_forever().await;
        };
        let message = panic_text(|| {
            let _ = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
                let slow = group.spawn(slow());
                let bad = group.spawn(async { panic!("in a child") });
                assert!(matches!(bad.join(), Err(TaskError::Panicked(_))));
                assert!(matches!(slow.join(), Err(TaskError::Cancelled(_))));
            });
        });
        assert_eq!((message.as_str(), ends.count()), ("in a child", 1));

        let message = panic_text(|| {
            let _ = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
                group.spawn(slow());
                panic!("in the closure");
            });
        });
        assert_eq!((message.as_str(), ends.count()), ("in the closure", 2));
    });
}

#[test]
fn a_destructor_that_panics_does_not_abort() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    on_each(|backend| {
        // Of a value that nobody wants, and of a future that is cut.
        let unwanted = panic_text(|| {
            let _ = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
                let (go, wait) = bounded::<()>(0);
                drop(group.spawn(async move {
                    wait.recv().await.unwrap();
                    Ok(Bomb)
                }));
                let done = group.spawn(async move { Ok(go.send(()).await) });
                done.join().unwrap().unwrap();
            });
        });
        assert_eq!(unwanted, "in a destructor");
        let cut = panic_text(|| {
            let _ = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
                group.spawn(async {
                    let _bomb = Bomb;
                    anyrt::sleep_forever().await;
                });
                group.cancel();
            });
        });
        assert!(cut == "in a destructor" || cut.is_empty(), "{cut}");
    });
}

#[test]
fn a_cancelled_group_gives_the_closures_value() {
    on_each(|backend| {
        let value = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            let before = group.spawn(anyrt::sleep_forever());
            group.cancel_with("enough");
            group.cancel();
            let after = group.spawn(async {
                anyrt::checkpoint().await;
            });
            for child in [before, after] {
                let Err(TaskError::Cancelled(cancelled)) = child.join() else { panic!("not cut") };
                assert_eq!(cancelled, Cancelled::new(Reason::from("enough")));
            }
            Ok(1)
        });
        assert_eq!(value, Ok(1));
    });
}

#[test]
fn a_child_that_is_cancelled_alone_is_no_failure() {
    on_each(|backend| {
        let value = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            let child = group.spawn(anyrt::sleep_forever());
            assert!(!child.is_finished());
            child.cancel();
            assert!(matches!(child.join(), Err(TaskError::Cancelled(_))));
            let other = group.spawn(async {
                anyrt::checkpoint().await;
                Ok(2)
            });
            Ok(other.join().unwrap())
        });
        assert_eq!(value, Ok(2));
    });
}

#[test]
fn a_shield_in_a_child_holds() {
    on_each(|backend| {
        let steps = AtomicUsize::new(0);
        let (entered, wait) = bounded::<()>(0);
        let (alive, cut) = bounded::<()>(0);
        let failed = blocking::scope(backend, |group: ThreadGroup<'_, '_, &str>| {
            group.spawn(async move {
                let _alive = alive;
                anyrt::sleep_forever().await;
                Ok(())
            });
            group.spawn(async {
                anyrt::shield(async {
                    entered.send(()).await.unwrap();
                    assert!(cut.recv().await.is_err());
                    steps.fetch_add(1, Ordering::SeqCst);
                })
                .await;
                until_cancelled().await; // The other one may have been cancelled first.
                anyrt::checkpoint().await;
                steps.fetch_add(10, Ordering::SeqCst);
            });
            group.spawn(async {
                wait.recv().await.unwrap();
                Err::<(), _>("failed")
            });
        });
        assert_eq!(failed.unwrap_err().failures(), ["failed"]);
        assert_eq!(steps.into_inner(), 1);
    });
}

#[test]
fn children_spawn_more_and_open_groups() {
    on_each(|backend| {
        let count = AtomicUsize::new(0);
        let counter = &count;
        let done = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            let inner = group.clone();
            group.spawn(async move {
                inner.spawn(async move {
                    counter.fetch_add(1, Ordering::SeqCst);
                });
                let tasks = anyrt::task_group(|tasks: TaskGroup| async move {
                    let child = tasks.spawn(async { Ok(10) });
                    Ok(child.await.unwrap())
                });
                counter.fetch_add(tasks.await.unwrap(), Ordering::SeqCst);
            });
        });
        assert_eq!((done, count.into_inner()), (Ok(()), 11));
    });
}

#[test]
fn the_children_run_on_the_backend() {
    on_each(|backend| {
        let name = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            let child = group.spawn(async { Ok(AnyBackend::current().unwrap().name()) });
            Ok(child.join().unwrap())
        });
        assert_eq!(name, Ok(backend.name()));
    });
}

#[test]
fn it_needs_no_runtime_around_it() {
    in_time(|| AnyBackend::available().into_iter().for_each(nest));

    fn nest(backend: AnyBackend) {
        let nested = blocking::scope(&backend, |group: ThreadGroup<'_, '_>| {
            let inside = backend.clone();
            let child = group.spawn(async move {
                let nested = blocking::run(move || {
                    blocking::scope(&inside, |group: ThreadGroup<'_, '_>| {
                        Ok(group.spawn(async { Ok(1) }).join().unwrap())
                    })
                });
                Ok(nested.await.unwrap())
            });
            Ok(child.join().unwrap())
        });
        assert_eq!(nested, Ok(1));
    }
}

#[anyrt::test]
async fn inside_a_task_it_says_what_to_do() {
    let backend = AnyBackend::current().unwrap();
    let message = panic_of(async {
        let _: Result<(), GroupError<()>> = blocking::scope(&backend, |_| {});
    })
    .await;
    assert!(message.contains("use a task group, or call it inside blocking::run"), "{message}");
}

#[test]
fn a_join_inside_a_child_says_what_to_do() {
    on_each(|backend| {
        let message = panic_text(|| {
            let _ = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
                let first = group.spawn(async {});
                group.spawn(async move {
                    let _ = first.join();
                });
            });
        });
        assert!(message.contains("use a task group"), "{message}");
    });
}

#[test]
fn debug_tells_the_state() {
    on_each(|backend| {
        let _ = blocking::scope(backend, |group: ThreadGroup<'_, '_>| {
            let child = group.spawn(anyrt::sleep_forever());
            let text = "ThreadGroup { running_children: 1, failures: 0, cancel_called: false }";
            assert_eq!(format!("{group:?}"), text);
            let text = "ThreadHandle { is_finished: false, cancel_called: false }";
            assert_eq!(format!("{child:?}"), text);
            group.cancel();
        });
    });
}
