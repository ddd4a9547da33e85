//! A tokio that is shut down, or has no timers or no I/O, says what to do (law N7).

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyrt::error::Reason;
use anyrt::{AnyBackend, GroupError, TaskGroup, channel, sync};
use anyrt_tokio::TokioBackend;
use tokio::runtime::{Builder, Runtime};

use crate::in_time::in_time;
use crate::library::here;

const SECOND: Duration = Duration::from_secs(1);

/// Says with what a test's body panics.
fn panic_of<F: FnOnce() + Send + 'static>(body: F) -> String {
    in_time(move || {
        let panic = catch_unwind(AssertUnwindSafe(body)).expect_err("it should panic");
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).expect("a text")
    })
}

/// Polls a future where the context of a runtime is entered that was shut down.
fn after_the_shutdown<F: Future>(future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    // Waits for its threads, as `shutdown_background` does not.
    drop(runtime);
    let _guard = handle.enter();
    assert_eq!(here(), "tokio");
    futures_executor::block_on(future)
}

const REMEDY: &str = "was shut down: keep its `Runtime` until all that uses it has ended";

#[test]
fn n7_timers_after_the_shutdown() {
    let sleep = panic_of(|| after_the_shutdown(anyrt::sleep(SECOND)));
    assert!(sleep.contains(REMEDY), "sleep: {sleep}");
    let until = panic_of(|| {
        after_the_shutdown(async {
            anyrt::sleep_until(anyrt::now() + SECOND).await;
        });
    });
    assert!(until.contains(REMEDY), "sleep_until: {until}");
    let fail_after = panic_of(|| {
        let _ = after_the_shutdown(anyrt::fail_after(SECOND, pending::<()>()));
    });
    assert!(fail_after.contains(REMEDY), "fail_after: {fail_after}");
    let move_on = panic_of(|| {
        after_the_shutdown(anyrt::move_on_after(SECOND, anyrt::sleep_forever()));
    });
    assert!(move_on.contains(REMEDY), "move_on_after: {move_on}");
}

#[test]
fn n7_sockets_after_the_shutdown() {
    let address = ([127, 0, 0, 1], 0).into();
    let listen = in_time(move || after_the_shutdown(anyrt::net::listen(address)).unwrap_err());
    assert!(listen.to_string().contains(REMEDY), "listen: {listen}");

    let listener = std::net::TcpListener::bind(address).unwrap();
    let address = listener.local_addr().unwrap();
    let connect = in_time(move || after_the_shutdown(anyrt::net::connect(address)).unwrap_err());
    assert!(connect.to_string().contains(REMEDY), "connect: {connect}");
}

#[test]
fn n7_sockets_held_across_the_shutdown() {
    let error = in_time(|| {
        let runtime = Runtime::new().unwrap();
        let listen = anyrt::net::listen(([127, 0, 0, 1], 0).into());
        let listener = runtime.block_on(listen).unwrap();
        let handle = runtime.handle().clone();
        drop(runtime);
        let _guard = handle.enter();
        futures_executor::block_on(anyrt_core::net::TcpListener::accept(&listener)).unwrap_err()
    });
    assert!(error.to_string().contains(REMEDY), "{error}");
}

#[test]
fn n7_blocking_calls_after_the_shutdown() {
    let text = panic_of(|| after_the_shutdown(anyrt::blocking::run(|| ())));
    assert!(text.contains("was shut down before it ran the blocking call: keep it"), "{text}");
}

fn assert_shutdown(outcome: Result<(), GroupError<std::convert::Infallible>>) {
    match outcome {
        Err(GroupError::Cancelled(cancelled)) => assert_eq!(cancelled.reason(), &Reason::Shutdown),
        other => panic!("expected a cancelled group, got {other:?}"),
    }
}

#[test]
fn n7_spawning_after_the_shutdown() {
    let group = anyrt::task_group(|group: TaskGroup| async move {
        group.spawn(pending::<()>());
        Ok(())
    });
    assert_shutdown(in_time(|| after_the_shutdown(group)));
}

#[test]
fn n7_a_group_held_across_the_shutdown() {
    for body_waits in [false, true] {
        let outcome = in_time(move || {
            let runtime = Runtime::new().unwrap();
            let backend = AnyBackend::from(TokioBackend::from(runtime.handle().clone()));
            let (started, all_started) = mpsc::channel();
            let group = anyrt::task_group(move |group: TaskGroup| async move {
                for _ in 0..2 {
                    let started = started.clone();
                    group.spawn(async move {
                        started.send(()).unwrap();
                        pending::<()>().await;
                    });
                }
                if body_waits {
                    pending::<()>().await;
                }
                Ok(())
            });
            let program = thread::spawn(move || anyrt::run_on(&backend, group));
            for _ in 0..2 {
                all_started.recv().unwrap();
            }
            runtime.shutdown_background();
            program.join().unwrap()
        });
        assert_shutdown(outcome);
    }
}

#[test]
fn n7_a_program_whose_main_was_dropped_ends_its_tasks() {
    let dropped = in_time(|| {
        let (sender, receiver) = mpsc::channel::<()>();
        let (started, has_started) = mpsc::channel();
        let runtime = Runtime::new().unwrap();
        runtime.spawn(anyrt::task_group(|group: TaskGroup| async move {
            group.spawn(async move {
                started.send(()).unwrap();
                anyrt::sleep_forever().await;
                drop(sender);
            });
            anyrt::sleep_forever().await;
            Ok(())
        }));
        has_started.recv().unwrap();
        drop(runtime);
        receiver.recv()
    });
    assert!(dropped.is_err(), "the child was dropped with what it owned");
}

/// Polls a future on a tokio that has neither timers nor I/O.
fn bare<F: Future>(future: F) -> F::Output {
    Builder::new_multi_thread().worker_threads(1).build().unwrap().block_on(future)
}

#[test]
fn n7_timers_without_enable_time() {
    let sleep = panic_of(|| bare(anyrt::sleep(SECOND)));
    assert!(sleep.contains("Call `enable_time`"), "sleep: {sleep}");
    let fail_after = panic_of(|| {
        let _ = bare(anyrt::fail_after(SECOND, pending::<()>()));
    });
    assert!(fail_after.contains("Call `enable_time`"), "fail_after: {fail_after}");
    let scope = anyrt::CancelScope::new().with_timeout(SECOND);
    let scope = panic_of(|| {
        let _ = bare(scope.run(pending::<()>()));
    });
    assert!(scope.contains("Call `enable_time`"), "a scope: {scope}");
    let child = panic_of(|| {
        let group = anyrt::task_group(|group: TaskGroup| async move {
            group.spawn(anyrt::sleep(SECOND));
            anyrt::sleep_forever().await;
            Ok(())
        });
        let _ = bare(group);
    });
    assert!(child.contains("Call `enable_time`"), "in a child: {child}");
}

#[test]
fn n7_sockets_without_enable_io() {
    let address = ([127, 0, 0, 1], 1).into();
    let connect = panic_of(move || drop(bare(anyrt::net::connect(address))));
    assert!(connect.contains("Call `enable_io`"), "connect: {connect}");
    let address = ([127, 0, 0, 1], 0).into();
    let listen = panic_of(move || drop(bare(anyrt::net::listen(address))));
    assert!(listen.contains("Call `enable_io`"), "listen: {listen}");
}

#[test]
fn n7_what_needs_no_timer_works_without() {
    let found = in_time(|| {
        bare(async {
            let (sender, receiver) = channel::bounded(0);
            let body = |group: TaskGroup| async move {
                group.spawn(async move { sender.send(here()).await.unwrap() });
                Ok(receiver.recv().await.unwrap())
            };
            let child = anyrt::task_group(body).await.unwrap();
            assert_eq!(anyrt::blocking::run(|| 42).await, 42);
            drop(sync::Semaphore::new(1).acquire().await);
            anyrt::yield_now().await;
            anyrt::checkpoint().await;
            anyrt::sleep(Duration::ZERO).await;
            assert!(anyrt::now() <= anyrt::now());

            // A timer starts when there is something to wait for.
            assert_eq!(anyrt::fail_after(SECOND, async { 42 }).await, Ok(42));
            let never = anyrt::move_on_after(Duration::MAX, anyrt::yield_now()).await;
            assert_eq!(never, Some(()));
            let past = anyrt::move_on_after(Duration::ZERO, anyrt::sleep_forever()).await;
            assert_eq!(past, None);

            let scope = anyrt::CancelScope::new();
            scope.handle().cancel();
            assert!(scope.run(anyrt::sleep_forever()).await.is_err());
            child
        })
    });
    assert_eq!(found, "tokio");
}
