//! A library that uses anyrt alone, in a simulation.

use std::io;
use std::time::Duration;

use anyrt::sim::{Cause, Sim, wait_until_idle};
use anyrt::{AnyBackend, TaskGroup};
use futures_util::{AsyncReadExt, AsyncWriteExt};

const MINUTE: Duration = Duration::from_secs(60);

/// Library code: it names no backend, and waits for minutes.
async fn library() -> u32 {
    let (sender, receiver) = anyrt::channel::bounded(1);
    let sum = anyrt::task_group(|group: TaskGroup| async move {
        for part in 1..=6 {
            let sender = sender.clone();
            group.spawn(async move {
                anyrt::sleep(part * MINUTE).await;
                let doubled = anyrt::blocking::run(move || part * 2).await;
                sender.send(doubled).await.unwrap();
            });
        }
        drop(sender);
        let mut sum = 0;
        while let Ok(part) = receiver.recv().await {
            sum += part;
        }
        Ok(sum)
    });
    anyrt::fail_after(60 * MINUTE, sum).await.expect("it hangs").unwrap()
}

#[test]
fn a_library_runs_in_virtual_time() {
    Sim::explore(0..50, || async {
        let begin = anyrt::now();
        assert_eq!(library().await, 42);
        assert_eq!(anyrt::now() - begin, 6 * MINUTE);
        assert_eq!(AnyBackend::current().unwrap().name(), "sim");
    });
}

#[test]
fn a_stuck_library_is_shown() {
    let stuck = Sim::new(3).try_run(async {
        let ended = anyrt::task_group(|group: TaskGroup| async move {
            group.named("stuck").spawn(async {
                drop(anyrt::sync::Semaphore::new(0).acquire().await);
            });
        });
        ended.await.unwrap();
    });
    let error = stuck.unwrap_err();
    assert_eq!(error.cause(), Cause::Deadlock);
    let task = error.task_tree().lines().find(|line| line.contains("`stuck`")).unwrap();
    assert!(task.contains("simulation.rs") && task.contains("waits for a permit"), "{error}");
}

#[test]
fn sockets_are_those_of_the_simulation() -> io::Result<()> {
    Sim::new(3).run(async {
        let listener = anyrt::net::listen(([10, 0, 0, 1], 80).into()).await?;
        let mut here = anyrt::net::connect(listener.local_addr()?).await?;
        let (mut there, peer) = listener.accept().await?;
        assert_eq!(here.local_addr()?, peer);
        here.write_all(b"hello").await?;
        here.close().await?;
        let mut text = String::new();
        there.read_to_string(&mut text).await?;
        assert_eq!(text, "hello");
        Ok(())
    })
}

#[test]
fn it_is_chosen_by_name_and_never_a_default() {
    let sim: AnyBackend = "sim".parse().unwrap();
    assert_eq!(anyrt::run_on(&sim, library()), 42);
    assert!(AnyBackend::available().iter().all(|backend| backend.name() != "sim"));
}

#[anyrt::test(sim, seeds = 100)]
async fn waits_until_idle() -> Result<(), io::Error> {
    if AnyBackend::current().map(|backend| backend.name()) == Ok("sim") {
        let begin = anyrt::now();
        wait_until_idle().await;
        assert_eq!(anyrt::now(), begin);
    }
    anyrt::sleep(Duration::from_millis(1)).await;
    Ok(())
}

#[anyrt::test(sim)]
#[should_panic(expected = "on purpose")]
async fn panics() {
    anyrt::checkpoint().await;
    panic!("on purpose");
}

#[test]
fn a_test_that_returns_an_error_fails_with_its_seed() {
    let failing = || anyrt::__private::run_sim(5, || async { Err::<(), _>("out of paper") });
    let text = *std::panic::catch_unwind(failing).unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("seed 0 failed") && text.contains("gave a failure"), "{text}");
}
