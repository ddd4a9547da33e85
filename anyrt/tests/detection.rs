//! Which backend answers, under each runtime's own entry point (laws N1, N3, N4, N6).
//!
//! All backends are enabled here; `tests/features.rs` has the other builds.

#[path = "support/library.rs"]
mod library;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use anyrt::AnyBackend;
use library::{here, work};

fn backend(name: &str) -> AnyBackend {
    name.parse().unwrap()
}

#[test]
fn under_tokio_main() {
    #[tokio::main]
    async fn main() -> (&'static str, &'static str) {
        (work().await, tokio::spawn(work()).await.unwrap())
    }
    assert_eq!(main(), ("tokio", "tokio"));
}

#[test]
fn under_tokio_main_with_one_thread() {
    #[tokio::main(flavor = "current_thread")]
    async fn main() -> (&'static str, &'static str) {
        (work().await, tokio::spawn(work()).await.unwrap())
    }
    assert_eq!(main(), ("tokio", "tokio"));
}

#[test]
fn under_smol_block_on() {
    let found = smol::block_on(async { (work().await, smol::spawn(work()).await) });
    assert_eq!(found, ("smol", "smol"));
}

#[test]
fn under_async_std_block_on() {
    let main = async { (work().await, async_std::task::spawn(work()).await) };
    assert_eq!(async_std::task::block_on(main), ("async-std", "async-std"));
}

#[test]
fn under_run_on() {
    for backend in AnyBackend::available() {
        assert_eq!(anyrt::run_on(&backend, work()), backend.name());
    }
}

#[test]
fn without_a_runtime_smol_answers() {
    assert_eq!(here(), "smol");
    assert_eq!(thread::spawn(here).join().unwrap(), "smol");
}

#[test]
fn n6_where_the_context_of_tokio_is_entered() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let in_thread = runtime.block_on(async { tokio::task::spawn_blocking(here).await.unwrap() });
    assert_eq!(in_thread, "tokio", "spawn_blocking");

    let guard = runtime.enter();
    assert_eq!(here(), "tokio", "an enter guard");
    assert_eq!(smol::block_on(work()), "tokio", "smol polled under an enter guard");
    assert_eq!(async_std::task::block_on(work()), "async-std", "a task of async-std");
    assert_eq!(thread::spawn(here).join().unwrap(), "smol", "another thread");
    drop(guard);
    assert_eq!(here(), "smol");
}

/// Enters a runtime of tokio around each poll, as the crate async-compat does.
struct Compat<F>(tokio::runtime::Handle, Pin<Box<F>>);

impl<F: Future> Future for Compat<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let handle = self.0.clone();
        let _context = handle.enter();
        self.1.as_mut().poll(cx)
    }
}

#[test]
fn n6_where_a_foreign_future_enters_tokio_at_each_poll() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let compat = |future| Compat(runtime.handle().clone(), Box::pin(future));
    assert_eq!(smol::block_on(compat(work())), "tokio");
    assert_eq!(async_std::task::block_on(compat(work())), "async-std");
    // Inside anyrt the frame knows better.
    assert_eq!(anyrt::run_on(&backend("smol"), compat(work())), "smol");
}

#[test]
fn n6_threads_of_async_std_are_not_its_tasks() {
    let task = async {
        let blocking = async_std::task::spawn_blocking(here).await;
        (here(), blocking)
    };
    assert_eq!(async_std::task::block_on(task), ("async-std", "smol"));
}

#[test]
fn n3_explicit_choice_wins_and_nests() {
    let found = anyrt::run_on(&backend("tokio"), async {
        let inner = anyrt::blocking::run(|| {
            anyrt::run_on(&backend("async-std"), async {
                let inner = anyrt::blocking::run(|| anyrt::run_on(&backend("smol"), work())).await;
                (here(), inner)
            })
        });
        let inner = inner.await;
        (here(), inner)
    });
    assert_eq!(found, ("tokio", ("async-std", "smol")));
}

#[test]
fn n3_tasks_of_the_group_keep_the_choice() {
    // A thread of tokio polls, but the program was started on smol.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    assert_eq!(anyrt::run_on(&backend("smol"), work()), "smol");
}

#[test]
fn n4_two_runtimes_do_not_mix() {
    let threads: Vec<_> = AnyBackend::available()
        .into_iter()
        .cycle()
        .take(12)
        .map(|backend| thread::spawn(move || (anyrt::run_on(&backend, work()), backend.name())))
        .collect();
    for thread in threads {
        let (found, chosen) = thread.join().unwrap();
        assert_eq!(found, chosen);
    }
}

#[test]
fn n4_two_runtimes_of_tokio_do_not_mix() {
    let first = tokio::runtime::Builder::new_multi_thread().thread_name("first").build().unwrap();
    let second = tokio::runtime::Builder::new_multi_thread().thread_name("second").build().unwrap();
    let thread_of_a_child = || async {
        let child = |group: anyrt::TaskGroup| async move {
            let name = async { Ok(thread::current().name().unwrap().to_owned()) };
            Ok(group.spawn(name).await.unwrap())
        };
        anyrt::task_group(child).await.unwrap()
    };
    for _ in 0..100 {
        assert_eq!(first.block_on(thread_of_a_child()), "first");
        assert_eq!(second.block_on(thread_of_a_child()), "second");
    }
}
