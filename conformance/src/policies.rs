//! The join policies under test: the engine's, or with a fault.

use std::future::Future;
use std::time::Duration;

use anyrt_core::Driver;
use anyrt_core::error::{Cancelled, GroupError, RaceError};
use anyrt_core::join::{AsCompleted, Gather, Race, TryGather};
use anyrt_core::retry::Retry;
use anyrt_core::scope::{Lent, bracket_on};

/// Join policies for the J laws, and a bracket for S8.
///
/// A method that is not written is the engine's. They stand on groups and scopes, and so are no part of
/// what a backend implements.
pub trait Policies: 'static {
    /// Gives all outputs, in the order of the call.
    ///
    /// # Errors
    ///
    /// As those of [`Gather`].
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if it is dropped, as [`Gather`].
    fn gather<D, F>(
        driver: &D,
        futures: Vec<F>,
    ) -> impl Future<Output = Result<Vec<F::Output>, Cancelled>>
    where
        D: Driver,
        F: Future<Output: Send> + Send + 'static,
    {
        Gather::on(driver.clone(), futures)
    }

    /// Gives all values, or all failures.
    ///
    /// # Errors
    ///
    /// As those of [`TryGather`].
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if it is dropped, as [`TryGather`].
    fn try_gather<D, F, T, E>(
        driver: &D,
        futures: Vec<F>,
    ) -> impl Future<Output = Result<Vec<T>, GroupError<E>>>
    where
        D: Driver,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        TryGather::on(driver.clone(), futures)
    }

    /// Gives the first success.
    ///
    /// # Errors
    ///
    /// As those of [`Race`].
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if it is dropped, as [`Race`].
    fn race<D, F, T, E>(
        driver: &D,
        futures: Vec<F>,
    ) -> impl Future<Output = Result<T, RaceError<E>>>
    where
        D: Driver,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        Race::on(driver.clone(), futures)
    }

    /// Waits for the next output of those that run.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** One that is dropped took nothing (law J4).
    fn next<D: Driver, T: Send + 'static>(
        stream: &mut AsCompleted<D, T>,
    ) -> impl Future<Output = Option<T>> + Send {
        stream.next()
    }

    /// Calls again after each failure and delay.
    ///
    /// # Errors
    ///
    /// As those of [`Retry`].
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the closure's futures are.
    fn retry<D, M, F, T, E>(
        driver: &D,
        delays: Vec<Duration>,
        make: M,
    ) -> impl Future<Output = Result<T, E>>
    where
        D: Driver,
        M: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        Retry::on(driver.clone(), delays, make)
    }

    /// Works with a resource, and releases it.
    ///
    /// # Cancel safety
    ///
    /// **Safe** under the cancellation of scopes.
    fn bracket<D: Driver, R, F: Future, G: Future<Output = ()>>(
        driver: &D,
        resource: R,
        work: impl FnOnce(Lent<R>) -> F,
        release: impl FnOnce(R) -> G,
    ) -> impl Future<Output = F::Output> {
        bracket_on(driver.clone(), resource, work, release)
    }
}

/// The engine's own.
#[derive(Clone, Copy, Debug)]
pub enum Engine {}

impl Policies for Engine {}
