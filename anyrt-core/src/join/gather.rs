//! `gather` and `join`: all outputs in the order of the call; `try_gather`: or all failures.

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::fan_out::FanOut;
use super::together::{Together, TryTogether};
use crate::driver::{Ambient, Driver};
use crate::error::{Cancelled, GroupError};

/// The future of `gather` and `join`.
///
/// It gives the outputs in the order of the call, whatever they are.
///
/// # Panics
///
/// Resumes the first panic of a future, after all of them have ended (law E5).
///
/// # Errors
///
/// [`Cancelled`] if the runtime was shut down and dropped one of the futures.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: outputs that are there go with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
#[must_use = "gathering does nothing unless it is awaited"]
pub struct Gather<D, O> {
    fan_out: FanOut<D, Infallible, O>,
}

impl<D: Driver, O: 'static> Gather<D, O> {
    /// Runs `futures` as children of a group on `driver`.
    #[track_caller]
    pub fn on(driver: D, futures: impl Together<Outputs = O>) -> Self {
        Self { fan_out: FanOut::on(driver, |group| futures.start(group)) }
    }

    /// Runs `futures` on the backend that polls it first.
    #[track_caller]
    pub fn ambient(futures: impl Together<Outputs = O>) -> Self
    where
        D: Ambient,
    {
        Self { fan_out: FanOut::ambient(|group| futures.start(group)) }
    }
}

impl<D: Driver, O> Future for Gather<D, O> {
    type Output = Result<O, Cancelled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.fan_out).poll(cx).map_err(infallible)
    }
}

/// What is left of a group's error if nothing in it can fail.
pub(super) fn infallible(error: GroupError<Infallible>) -> Cancelled {
    match error {
        GroupError::Cancelled(cancelled) => cancelled,
        GroupError::Failed(failures) => match *failures.first() {},
    }
}

impl<D, O> Debug for Gather<D, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gather").field(&self.fan_out).finish()
    }
}

/// The future of `try_gather` and `try_join`.
///
/// It gives the values in the order of the call, or every failure in completion order.
///
/// # Panics
///
/// Resumes the first panic of a future, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure, if a future failed; [`GroupError::Cancelled`] if the
/// runtime was shut down and dropped one of the futures.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: values that are there go with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
#[must_use = "gathering does nothing unless it is awaited"]
pub struct TryGather<D, O, E> {
    fan_out: FanOut<D, E, O>,
}

impl<D: Driver, O: 'static, E: Send + 'static> TryGather<D, O, E> {
    /// Runs `futures` as children of a group on `driver`.
    #[track_caller]
    pub fn on(driver: D, futures: impl TryTogether<Values = O, Failure = E>) -> Self {
        Self { fan_out: FanOut::on(driver, |group| futures.try_start(group)) }
    }

    /// Runs `futures` on the backend that polls it first.
    #[track_caller]
    pub fn ambient(futures: impl TryTogether<Values = O, Failure = E>) -> Self
    where
        D: Ambient,
    {
        Self { fan_out: FanOut::ambient(|group| futures.try_start(group)) }
    }
}

impl<D: Driver, O, E: Send + 'static> Future for TryGather<D, O, E> {
    type Output = Result<O, GroupError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.fan_out).poll(cx)
    }
}

impl<D, O, E> Debug for TryGather<D, O, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TryGather").field(&self.fan_out).finish()
    }
}
