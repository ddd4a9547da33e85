//! The laws of anyrt, checked on a tokio runtime that has one thread and no workers.

use std::future::pending;
use std::sync::OnceLock;
use std::thread;

use anyrt_tokio::TokioBackend;
use tokio::runtime::{Builder, Handle};

anyrt_conformance::suite!(current_thread(), net);

/// Gives a runtime that a thread of its own drives: `Handle::block_on` would not drive it.
fn current_thread() -> TokioBackend {
    static HANDLE: OnceLock<Handle> = OnceLock::new();
    let start = || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        thread::spawn(move || runtime.block_on(pending::<()>()));
        handle
    };
    HANDLE.get_or_init(start).clone().into()
}
