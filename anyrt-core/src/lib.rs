//! The contract of anyrt, and the engine that keeps it on every runtime.
//!
//! Most users depend on `anyrt`, the facade, and never meet this crate. It is for two others:
//!
//! - A **library author** whose code is generic over the backend writes
//!   `fn crawl<B: Backend>(backend: &B, ..)` and uses the traits at the root of this crate:
//!   [`Backend`], [`TaskGroup`], [`CancelScope`], [`Semaphore`], [`Sender`], [`Receiver`],
//!   [`Sleep`], and [`Net`] where it needs sockets.
//! - A **backend author** implements [`Driver`] (five methods over a runtime) and [`Toplevel`] (one),
//!   and gets [`Backend`] with all its semantics from the engine. `docs/adding-a-backend.md` leads
//!   through it, and `anyrt-conformance` checks the result.
//!
//! The engine's own types live in modules: [`group`], [`scope`], [`sync`], [`channel`], [`time`],
//! [`blocking`], [`net`], [`signal`],
//! [`process`], [`fs`]. They know no runtime. What they promise are the laws in `docs/laws.md`, which
//! the documentation cites by id, as in "law G1".
//!
//! # How it works
//!
//! A cancelled future is dropped where it waits, and nothing else can be done to it; the engine makes
//! of this what Trio promises. While it polls a future it leaves a *frame* in a thread-local, so that
//! each operation knows its scope and group. Scopes, groups and tasks hang in a tree that follows the
//! poll. A scope polls its body first and drops it after, if it is cancelled and nothing holds it open;
//! a group joins its children before it returns; a queue sets things aside for a waiter and hands them
//! over only when the waiter is polled, so that a dropped waiter loses nothing. `ARCHITECTURE.md`
//! follows one spawn and one cancel through the files.
//!
//! # Examples
//!
//! Generic code, which any backend can run:
//!
//! ```
//! use std::time::Duration;
//!
//! use anyrt_core::error::GroupError;
//! use anyrt_core::prelude::*;
//! use anyrt_core::{Backend, TaskGroup};
//!
//! /// Runs all jobs at once, at most `limit` at a time, each for a second at most.
//! async fn run_all<B: Backend>(
//!     backend: &B,
//!     jobs: Vec<u64>,
//!     limit: usize,
//! ) -> Result<(), GroupError<String>> {
//!     let permits = backend.semaphore(limit);
//!     backend
//!         .task_group(|group| async move {
//!             for job in jobs {
//!                 let (backend, permits) = (backend.clone(), permits.clone());
//!                 group.spawn(async move {
//!                     let _permit = permits.acquire().await;
//!                     let work = backend.sleep(Duration::from_millis(job));
//!                     let done = backend.fail_after(Duration::from_secs(1), work).await;
//!                     done.map_err(|error| format!("job {job}: {error}"))
//!                 });
//!             }
//!         })
//!         .await
//! }
//! ```
#![forbid(unsafe_code)]

mod alarm;
mod backend;
mod block;
pub mod blocking;
mod budget;
pub mod channel;
mod deferred;
mod driver;
mod engine;
pub mod error;
mod frame;
pub mod fs;
pub mod group;
pub mod inline;
pub mod io;
pub mod join;
mod leaf;
mod lock;
#[cfg(all(loom, test))]
mod loom;
pub mod net;
mod outcome;
pub mod process;
mod quiet;
pub mod retry;
pub mod scope;
mod seat;
pub mod signal;
mod source;
mod step;
pub mod sync;
mod sys;
pub mod task;
pub mod task_tree;
pub mod thread_group;
pub mod time;
mod trace;
mod tree;
mod wait_list;
mod waiting;
mod waker_slot;

pub use backend::{
    Backend, CancelHandle, CancelScope, InlineGroup, LimitedGroup, Readiness, Receiver, Semaphore,
    SendPermit, Sender, Sleep, TaskGroup, TaskHandle,
};
pub use driver::{Ambient, Driver, ErasedBackend, ErasedDriver, Toplevel};
pub use frame::with_backend;
pub use net::{Net, NetDriver};
pub use outcome::Outcome;
pub use process::ProcessDriver;
pub use signal::SignalDriver;

/// Everything that generic code calls methods of, imported without names.
pub mod prelude {
    pub use crate::backend::{
        Backend as _, CancelHandle as _, CancelScope as _, InlineGroup as _, LimitedGroup as _,
        Readiness as _, Receiver as _, Semaphore as _, SendPermit as _, Sender as _, Sleep as _,
        TaskGroup as _, TaskHandle as _,
    };
    pub use crate::driver::Toplevel as _;
    pub use crate::net::{Net as _, TcpListener as _, TcpStream as _};
}
