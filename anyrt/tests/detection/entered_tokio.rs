//! Where tokio's context is entered around foreign code, and runtimes within runtimes (law N6).

use async_compat::Compat;
use tokio::runtime::Runtime;

use crate::in_time::in_time;
use crate::library::{here, home, work};

#[test]
fn under_an_enter_guard_of_tokio() {
    let found = in_time(|| {
        let runtime = Runtime::new().unwrap();
        let guard = runtime.enter();
        let entered = (here(), futures_executor::block_on(work()));
        drop(guard);
        (entered, here())
    });
    assert_eq!(found, (("tokio", "tokio"), "smol"));
}

#[test]
fn in_smol_under_an_enter_guard_of_tokio() {
    let found = in_time(|| {
        let runtime = Runtime::new().unwrap();
        let _guard = runtime.enter();
        // A task of smol's own thread is not under the guard.
        smol::block_on(async { (work().await, smol::spawn(work()).await) })
    });
    assert_eq!(found, ("tokio", "smol"));
}

#[test]
fn in_async_std_under_an_enter_guard_of_tokio() {
    let found = in_time(|| {
        let runtime = Runtime::new().unwrap();
        let _guard = runtime.enter();
        async_std::task::block_on(async { (work().await, async_std::task::spawn(work()).await) })
    });
    assert_eq!(found, ("async-std", "async-std"));
}

#[test]
fn in_a_compat_of_async_compat() {
    let found = in_time(|| {
        let main = async { (home(), work().await, smol::spawn(Compat::new(work())).await) };
        smol::block_on(Compat::new(main))
    });
    assert_eq!(found, ("tokio", "tokio", "tokio"));
    let in_async_std = in_time(|| async_std::task::block_on(Compat::new(work())));
    assert_eq!(in_async_std, "async-std");
}

#[test]
fn a_compat_inside_anyrt_changes_nothing() {
    for backend in anyrt::AnyBackend::available() {
        let name = backend.name();
        let found = in_time(move || anyrt::run_on(&backend, Compat::new(work())));
        assert_eq!(found, name, "the frame knows better than tokio's context");
    }
}

#[test]
fn in_block_on_of_smol_in_a_task_of_tokio() {
    let found = in_time(|| Runtime::new().unwrap().block_on(async { smol::block_on(work()) }));
    assert_eq!(found, "tokio");
}

#[test]
fn in_block_on_of_async_std_in_a_task_of_tokio() {
    let task = async { async_std::task::block_on(work()) };
    assert_eq!(in_time(|| Runtime::new().unwrap().block_on(task)), "async-std");
}

#[test]
fn in_block_on_of_tokio_in_a_task_of_async_std() {
    let task = async { Runtime::new().unwrap().block_on(work()) };
    assert_eq!(in_time(|| async_std::task::block_on(task)), "async-std");
}

#[test]
fn in_block_on_of_tokio_in_a_task_of_smol() {
    let task = async { Runtime::new().unwrap().block_on(work()) };
    assert_eq!(in_time(|| smol::block_on(smol::spawn(task))), "tokio");
}
