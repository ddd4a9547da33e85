//! smol as a backend of anyrt.
//!
//! A [`SmolBackend`] means smol's global executor, which has one thread unless the environment
//! variable `SMOL_THREADS` says more. Everything that anyrt promises is made of these calls; the
//! laws are the engine's, nothing is decided here.
//!
//! | `Driver`'s method | smol's function |
//! |---|---|
//! | `spawn` | [`smol::spawn`], detached |
//! | `spawn_blocking` | [`smol::unblock`], detached |
//! | `now` | [`Instant::now`] |
//! | `sleep_until` | [`Timer::at`] |
//! | `Sleep::reset` | [`Timer::set_at`] |
//! | `Toplevel::block_on` | [`smol::block_on`] |
//! | `raw_connect` and the like (feature `net`) | those of [`anyrt_async_io::net`] |
//! | `raw_signal` (feature `signal`) | `async_signal::Signals::new` |
//! | `raw_spawn` (feature `process`) | `async_process::Command::spawn` |
//!
//! # Examples
//!
//! ```
//! use anyrt_core::prelude::*;
//! use anyrt_smol::SmolBackend;
//!
//! let smol = SmolBackend::new();
//! let answer = smol.run(async { smol.run_blocking(|| 6 * 7).await });
//! assert_eq!(answer, 42);
//! ```
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
use smol::Timer;

#[cfg(feature = "net")]
pub use net::*;

/// smol's global executor as a backend.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SmolBackend {}

impl SmolBackend {
    /// Gives the backend; its executor starts at the first task.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Driver for SmolBackend {
    type Sleep = SmolSleep;

    fn name(&self) -> &'static str {
        "smol"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        smol::spawn(future).detach();
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        smol::unblock(f).detach();
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, deadline: Instant) -> SmolSleep {
        SmolSleep(Timer::at(deadline))
    }
}

impl Toplevel for SmolBackend {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}

/// A wait on smol's clock.
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
#[derive(Debug)]
pub struct SmolSleep(Timer);

impl Future for SmolSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

impl Sleep for SmolSleep {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.0.set_at(deadline);
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
