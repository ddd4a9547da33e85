//! The places of a program on tokio.

use std::rc::Rc;

use tokio::runtime::{Builder, Runtime};
use tokio::task::{self, LocalSet};

use crate::in_time::in_time;
use crate::library::{here, home, work};

#[test]
fn in_a_task_of_tokio() {
    #[tokio::main]
    async fn main() -> (&'static str, &'static str) {
        (work().await, tokio::spawn(work()).await.unwrap())
    }
    assert_eq!(in_time(main), ("tokio", "tokio"));
}

#[test]
fn in_a_tokio_runtime_of_one_thread() {
    #[tokio::main(flavor = "current_thread")]
    async fn main() -> (&'static str, &'static str) {
        (work().await, tokio::spawn(work()).await.unwrap())
    }
    assert_eq!(in_time(main), ("tokio", "tokio"));
}

/// Works as a future that is not `Send`, which a `LocalSet` is for.
async fn local_work() -> &'static str {
    let local = Rc::new(work().await);
    task::yield_now().await;
    *local
}

#[test]
fn in_a_local_set_of_tokio() {
    let found = in_time(|| {
        let runtime = Runtime::new().unwrap();
        let local = LocalSet::new();
        let outside = runtime.block_on(local.run_until(local_work()));
        let inside = async { (local_work().await, task::spawn_local(local_work()).await.unwrap()) };
        (outside, local.block_on(&runtime, inside))
    });
    assert_eq!(found, ("tokio", ("tokio", "tokio")));
}

#[test]
fn in_a_local_set_of_tokio_on_one_thread() {
    let found = in_time(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let inside = async { (local_work().await, task::spawn_local(local_work()).await.unwrap()) };
        LocalSet::new().block_on(&runtime, inside)
    });
    assert_eq!(found, ("tokio", "tokio"));
}

#[test]
fn in_spawn_blocking_of_tokio() {
    let found = in_time(|| {
        let blocking = || (here(), home(), smol::block_on(work()));
        Runtime::new().unwrap().block_on(async { task::spawn_blocking(blocking).await.unwrap() })
    });
    assert_eq!(found, ("tokio", "tokio", "tokio"));
}

#[test]
fn in_block_in_place_of_tokio() {
    let found = in_time(|| {
        let task = async { task::block_in_place(|| (here(), smol::block_on(work()))) };
        Runtime::new().unwrap().block_on(async { tokio::spawn(task).await.unwrap() })
    });
    assert_eq!(found, ("tokio", "tokio"));
}

/// The thread still polls a task of anyrt, which a second program would block.
#[test]
fn b8_a_block_in_place_inside_anyrt_may_run_nothing() {
    let refused = in_time(|| {
        let tokio: anyrt::AnyBackend = "tokio".parse().unwrap();
        anyrt::run_on(&tokio, async {
            anyrt::task_group(|group: anyrt::TaskGroup| async move {
                let child = group.spawn(async {
                    Ok(task::block_in_place(|| {
                        let nested = || anyrt::run(async {});
                        (here(), std::panic::catch_unwind(nested).is_err())
                    }))
                });
                Ok(child.await.unwrap())
            })
            .await
        })
    });
    assert_eq!(refused, Ok(("tokio", true)));
}

#[test]
fn a_block_in_place_may_run_another_backend() {
    let smol: anyrt::AnyBackend = "smol".parse().unwrap();
    let found = in_time(|| {
        let task = async move { task::block_in_place(|| anyrt::run_on(&smol, work())) };
        Runtime::new().unwrap().block_on(async { tokio::spawn(task).await.unwrap() })
    });
    assert_eq!(found, "smol");
}
