//! async-std as a backend of anyrt.
//!
//! async-std is no longer maintained ([RUSTSEC-2025-0052]): this backend is for programs that still
//! run on it. It is complete, but nothing of anyrt uses it unless you ask for it. New programs
//! are better off with tokio or smol.
//!
//! An [`AsyncStdBackend`] means async-std's global executor. Everything that anyrt promises is made
//! of these calls; the laws are the engine's, nothing is decided here.
//!
//! | `Driver`'s method | async-std's function |
//! |---|---|
//! | `spawn` | [`task::spawn`], detached |
//! | `spawn_blocking` | [`task::spawn_blocking`], detached |
//! | `now` | [`Instant::now`] |
//! | `sleep_until` | [`Timer::at`] of async-std's reactor, `async-io` |
//! | `Sleep::reset` | [`Timer::set_at`] |
//! | `Toplevel::block_on` | [`task::block_on`] |
//! | `raw_connect` and the like (feature `net`) | those of [`anyrt_async_io::net`] |
//! | `raw_signal` (feature `signal`) | `async_signal::Signals::new` |
//! | `raw_spawn` (feature `process`) | `async_process::Command::spawn` |
//!
//! # Examples
//!
//! ```
//! use anyrt_async_std::AsyncStdBackend;
//! use anyrt_core::prelude::*;
//!
//! let async_std = AsyncStdBackend::new();
//! let answer = async_std.run(async { async_std.run_blocking(|| 6 * 7).await });
//! assert_eq!(answer, 42);
//! ```
//!
//! [RUSTSEC-2025-0052]: https://rustsec.org/advisories/RUSTSEC-2025-0052.html
#![forbid(unsafe_code)]

#[cfg(feature = "net")]
mod net;
#[cfg(feature = "process")]
mod process;
#[cfg(all(unix, feature = "signal"))]
mod signal;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt_core::{Driver, Sleep, Toplevel};
use async_io::Timer;
use async_std::task;

#[cfg(feature = "net")]
pub use net::*;

/// async-std's global executor as a backend.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AsyncStdBackend {}

impl AsyncStdBackend {
    /// Gives the backend; its executor starts at the first task.
    pub const fn new() -> Self {
        Self {}
    }

    /// Gives the backend if the caller runs in a task of async-std.
    pub fn current() -> Option<Self> {
        task::try_current().map(|_| Self {})
    }
}

impl Driver for AsyncStdBackend {
    type Sleep = AsyncStdSleep;

    fn name(&self) -> &'static str {
        "async-std"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        drop(task::spawn(future));
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        drop(task::spawn_blocking(f));
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> AsyncStdSleep {
        AsyncStdSleep(Timer::at(deadline))
    }
}

impl Toplevel for AsyncStdBackend {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }
}

/// A wait on async-std's clock.
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
// async-std's own `sleep` is this timer inside an opaque future, which cannot be reset.
#[derive(Debug)]
pub struct AsyncStdSleep(Timer);

impl Future for AsyncStdSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

impl Sleep for AsyncStdSleep {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.0.set_at(deadline);
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
