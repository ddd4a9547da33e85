//! A driver for models: each task is polled by a thread of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use loom::thread;

use super::block_on;
use crate::backend::Sleep;
use crate::driver::{Driver, Toplevel};
use crate::sync::CapacityLimiter;

#[derive(Clone)]
pub(super) struct Threads;

/// The only moment that there is: in a model no time passes.
pub(super) fn now() -> Instant {
    static NOW: OnceLock<Instant> = OnceLock::new();
    *NOW.get_or_init(Instant::now)
}

/// Over at once, or never.
pub(super) struct Timer(Instant);

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 <= now() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Sleep for Timer {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.0 = deadline;
    }
}

impl Driver for Threads {
    type Sleep = Timer;

    fn name(&self) -> &'static str {
        "loom"
    }

    fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        thread::spawn(move || block_on(future));
    }

    fn spawn_blocking<F>(&self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        thread::spawn(f);
    }

    /// Gives a new one to each call that names none.
    ///
    /// What is shared by all would outlive a run of the model.
    fn blocking_limiter(&self) -> Arc<CapacityLimiter> {
        Arc::new(CapacityLimiter::new(1))
    }

    fn now(&self) -> Instant {
        now()
    }

    fn sleep_until(&self, deadline: Instant) -> Timer {
        Timer(deadline)
    }
}

impl Toplevel for Threads {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }
}
