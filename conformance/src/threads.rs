//! The calls between threads and tasks under test: the engine's, or with a fault.

use std::future::Future;
use std::sync::Arc;

use anyrt_core::blocking::{self, Portal, PortalError, RunBlocking};
use anyrt_core::error::Cancelled;
use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Driver, Toplevel};

use crate::policies::Engine;

/// Calls between threads and tasks on which the T laws can be checked.
///
/// A method that is not written is the engine's.
pub trait Threads: 'static {
    /// Runs a blocking closure that is not abandoned.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if it is dropped, as [`RunBlocking`].
    fn run<D, F, T>(
        driver: &D,
        limiter: Arc<CapacityLimiter>,
        f: F,
    ) -> impl Future<Output = T> + Send
    where
        D: Driver,
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        RunBlocking::on(driver.clone(), f).with_limiter(limiter)
    }

    /// Runs a blocking closure that may be abandoned.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if it is dropped, as [`RunBlocking`].
    fn run_abandonable<D, F, T>(
        driver: &D,
        limiter: Arc<CapacityLimiter>,
        f: F,
    ) -> impl Future<Output = T> + Send
    where
        D: Driver,
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        RunBlocking::on(driver.clone(), f).with_limiter(limiter).abandonable()
    }

    /// Tells a closure whether its call is cancelled.
    fn is_cancelled() -> bool {
        blocking::is_cancelled()
    }

    /// Runs a future for a closure.
    ///
    /// # Panics
    ///
    /// As [`blocking::block_on`].
    ///
    /// # Errors
    ///
    /// As those of [`blocking::block_on`].
    fn block_on<D, F>(driver: &D, future: F) -> Result<F::Output, Cancelled>
    where
        D: Driver + Toplevel,
        F: Future,
    {
        blocking::block_on(driver, future)
    }

    /// Calls async code from a thread.
    ///
    /// # Panics
    ///
    /// As [`Portal::call`].
    ///
    /// # Errors
    ///
    /// As those of [`Portal::call`].
    fn call<D, F>(portal: &Portal<D, String>, future: F) -> Result<F::Output, PortalError<F>>
    where
        D: Driver + Toplevel,
        F: Future<Output: Send> + Send + 'static,
    {
        portal.call(future)
    }
}

impl Threads for Engine {}
