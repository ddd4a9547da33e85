//! What happens when a tokio runtime is shut down, or has no timers (laws B11, N7).

use std::convert::Infallible;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyrt_core::error::{GroupError, Reason};
use anyrt_core::prelude::*;
use anyrt_core::{Driver, Toplevel};
use anyrt_tokio::{TokioBackend, TokioSleep};
use tokio::runtime::{Builder, Runtime};

/// Starts a group with two children, shuts its runtime down, and gives what the group gave.
fn outcome_after_shutdown(body_waits: bool) -> Result<(), GroupError<Infallible>> {
    let runtime = Runtime::new().unwrap();
    let backend = TokioBackend::from(runtime.handle().clone());
    let (started, all_started) = mpsc::channel();
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || {
        let group = backend.task_group::<Infallible, (), _, _>(|group| async move {
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
        });
        done.send(TokioBackend::new().block_on(group)).unwrap();
    });
    for _ in 0..2 {
        all_started.recv().unwrap();
    }
    runtime.shutdown_background();
    outcome.recv_timeout(Duration::from_secs(20)).expect("the group hangs after the shutdown")
}

fn assert_shutdown(outcome: &Result<(), GroupError<Infallible>>) {
    match outcome {
        Err(GroupError::Cancelled(cancelled)) => assert_eq!(cancelled.reason(), &Reason::Shutdown),
        other => panic!("expected a cancelled group, got {other:?}"),
    }
}

#[test]
fn b11_group_that_joins_is_cancelled() {
    assert_shutdown(&outcome_after_shutdown(false));
}

#[test]
fn b11_group_whose_body_waits_is_cancelled() {
    assert_shutdown(&outcome_after_shutdown(true));
}

#[test]
fn b11_spawn_after_the_shutdown_is_cancelled() {
    let runtime = Runtime::new().unwrap();
    let backend = TokioBackend::from(runtime.handle().clone());
    runtime.shutdown_background();
    let outcome = TokioBackend::new().block_on(backend.task_group::<Infallible, (), _, _>(
        |group| async move {
            group.spawn(pending::<()>());
        },
    ));
    assert_shutdown(&outcome);
}

fn panic_of(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("it should panic");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).expect("a text")
}

fn sleep_for(backend: &TokioBackend, seconds: u64) -> TokioSleep {
    Driver::sleep_until(backend, Driver::now(backend) + Duration::from_secs(seconds))
}

#[test]
fn n7_a_sleep_after_the_shutdown_names_the_remedy() {
    let runtime = Runtime::new().unwrap();
    let backend = TokioBackend::from(runtime.handle().clone());
    let sleep = sleep_for(&backend, 60);
    runtime.shutdown_background();
    let text = panic_of(|| TokioBackend::new().block_on(sleep));
    assert!(text.contains("was shut down: keep its `Runtime`"), "{text}");
    assert!(text.contains("TokioBackend::new()"), "{text}");
}

#[test]
fn n7_a_sleep_without_timers_names_the_remedy() {
    let runtime = Builder::new_multi_thread().build().unwrap();
    let backend = TokioBackend::from(runtime.handle().clone());
    let text = panic_of(|| drop(sleep_for(&backend, 60)));
    assert!(text.contains("enable_time"), "{text}");
}

#[test]
fn the_paused_clock_counts() {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let backend = TokioBackend::from(runtime.handle().clone());
    let began = std::time::Instant::now();
    runtime.block_on(async {
        let now = Driver::now(&backend);
        sleep_for(&backend, 3600).await;
        assert!(Driver::now(&backend) - now >= Duration::from_secs(3600));
    });
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn b9_sockets_work_where_tokio_is_not_known() {
    use anyrt_core::NetDriver;
    use anyrt_core::net::TcpListener;
    use futures_util::{AsyncReadExt, AsyncWriteExt, FutureExt};

    let backend = TokioBackend::new();
    assert!(TokioBackend::current().is_none());
    // Polled by hand, so that no context of tokio is around.
    let by_hand = async {
        let listener = backend.raw_listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let connect = backend.raw_connect(TcpListener::local_addr(&listener).unwrap());
        let (accepted, connected) = futures_util::join!(listener.accept(), connect);
        let (mut here, mut there) = (accepted.unwrap().0, connected.unwrap());
        here.write_all(b"hello").await.unwrap();
        here.close().await.unwrap();
        let mut text = String::new();
        there.read_to_string(&mut text).await.unwrap();
        text
    };
    let mut by_hand = Box::pin(by_hand);
    let text = loop {
        if let Some(text) = by_hand.as_mut().now_or_never() {
            break text;
        }
        thread::sleep(Duration::from_millis(1));
    };
    assert_eq!(text, "hello");
}
