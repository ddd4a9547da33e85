//! tokio as a backend of anyrt.
//!
#![doc = include_str!("../README.md")]
//!
//! # What the engine calls
//!
//! Everything that anyrt promises is made of these calls, and nothing is decided here:
//!
//! | `Driver`'s method | tokio's function |
//! |---|---|
//! | `spawn` | [`Handle::spawn`] |
//! | `spawn_blocking` | [`Handle::spawn_blocking`] |
//! | `now` | [`tokio::time::Instant::now`], so that a paused clock counts |
//! | `sleep_until` | [`tokio::time::sleep_until`] |
//! | `Sleep::reset` | [`tokio::time::Sleep::reset`] |
//! | `Toplevel::block_on` | [`Handle::block_on`] |
//! | `raw_connect`, `raw_listen` (feature `net`) | `tokio::net::TcpStream::connect`, `TcpListener::bind` |
//! | `raw_bind_udp`, `raw_connect_unix`, `raw_listen_unix` | `tokio::net::UdpSocket::bind`, `UnixStream::connect`, `UnixListener::bind` |
//! | `raw_unix_datagram`, `raw_unix_datagram_pair` | `tokio::net::UnixDatagram::bind`, `unbound`, `pair` |
//! | `raw_signal` (feature `signal`) | `tokio::signal::unix::signal` |
//! | `raw_spawn` (feature `process`) | `tokio::process::Command::spawn` |
#![forbid(unsafe_code)]

#[cfg(feature = "net")]
mod net;
#[cfg(feature = "process")]
mod process;
#[cfg(all(unix, feature = "signal"))]
mod signal;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt_core::{Driver, Sleep, Toplevel};
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use tokio::task::unconstrained;

#[cfg(feature = "net")]
pub use net::*;

/// A tokio runtime as a backend; clones mean the same runtime.
// Without a handle it is the runtime of this process, which only its first use starts.
#[derive(Clone, Debug, Default)]
pub struct TokioBackend(Option<Handle>);

impl TokioBackend {
    /// Gives the runtime of this process.
    ///
    /// Its first use starts it, or panics if the system gives no threads; it is never shut down.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Gives the runtime whose context this thread is in, if it is in one.
    pub fn current() -> Option<Self> {
        Handle::try_current().ok().map(Self::from)
    }

    fn handle(&self) -> &Handle {
        static RUNTIME: OnceLock<Runtime> = OnceLock::new();
        let start = || Builder::new_multi_thread().enable_all().build().expect("tokio has threads");
        self.0.as_ref().unwrap_or_else(|| RUNTIME.get_or_init(start).handle())
    }
}

/// Takes a runtime of your own.
///
/// Somebody must drive it, and keep it while it is used.
impl From<Handle> for TokioBackend {
    fn from(handle: Handle) -> Self {
        Self(Some(handle))
    }
}

impl Driver for TokioBackend {
    type Sleep = TokioSleep;

    fn name(&self) -> &'static str {
        "tokio"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        self.handle().spawn(future);
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        self.handle().spawn_blocking(f);
    }

    #[inline]
    fn now(&self) -> Instant {
        match &self.0 {
            // The one flavour whose clock can be paused.
            Some(handle) if handle.runtime_flavor() == RuntimeFlavor::CurrentThread => {
                let _context = handle.enter();
                tokio::time::Instant::now().into_std()
            }
            _ => Instant::now(),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> TokioSleep {
        let _context = self.handle().enter();
        TokioSleep { timer: tokio::time::sleep_until(deadline.into()) }
    }
}

impl Toplevel for TokioBackend {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.handle().block_on(future)
    }
}

pin_project_lite::pin_project! {
    /// A wait on a tokio runtime's clock.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    #[derive(Debug)]
    pub struct TokioSleep {
        #[pin]
        timer: tokio::time::Sleep,
    }
}

impl Future for TokioSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Without tokio's budget: a task whose share is spent would be told that the timer waits, and the
        // timer would not be set. The engine spends for each sleep that is over.
        let timer = pin!(unconstrained(self.project().timer));
        // tokio's panic names only the cause, not the remedy (law N7).
        catch_unwind(AssertUnwindSafe(|| timer.poll(cx))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            match text.or(panic.downcast_ref::<&str>().copied()) {
                Some(text) if text.contains("shutdown") => panic!("{SHUT_DOWN}"),
                _ => resume_unwind(panic),
            }
        })
    }
}

const SHUT_DOWN: &str = "the tokio runtime of this backend was shut down: keep its `Runtime` until \
    all that uses it has ended, or take `TokioBackend::new()`, whose runtime is never shut down";

impl Sleep for TokioSleep {
    fn reset(self: Pin<&mut Self>, deadline: Instant) {
        self.project().timer.reset(deadline.into());
    }
}
