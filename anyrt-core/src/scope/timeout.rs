//! `move_on_after` and `fail_after`: a scope with a deadline, in one call.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::RunScope;
use super::run::Limit;
use crate::driver::{Ambient, Driver};
use crate::error::TimedOut;
use crate::source::Source;

pin_project! {
    /// The future of `move_on_after` and `move_on_at`.
    ///
    /// It gives `None` if the time was too short. A future that has completed gives its value, however
    /// late (law C3).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the future inside is.
    #[must_use = "a timeout does nothing unless it is awaited"]
    #[derive(Debug)]
    pub struct MoveOnAfter<D, F>
    where
        D: Driver,
    {
        #[pin]
        run: RunScope<D, F>,
    }
}

impl<D: Ambient, F> MoveOnAfter<D, F> {
    /// Runs `future` for at most `timeout`, counted from the first poll.
    #[inline]
    pub fn after(timeout: Duration, future: F) -> Self {
        Self { run: RunScope::within(Limit::After(timeout), Source::ambient(), future) }
    }

    /// Runs `future` until `deadline` at the latest.
    #[inline]
    pub fn at(deadline: Instant, future: F) -> Self {
        Self { run: RunScope::within(Limit::At(deadline), Source::ambient(), future) }
    }
}

impl<D: Driver, F> MoveOnAfter<D, F> {
    #[inline]
    pub(crate) fn after_on(driver: D, timeout: Duration, future: F) -> Self {
        Self { run: RunScope::within(Limit::After(timeout), Source::Given(driver), future) }
    }

    #[inline]
    pub(crate) fn at_on(driver: D, deadline: Instant, future: F) -> Self {
        Self { run: RunScope::within(Limit::At(deadline), Source::Given(driver), future) }
    }
}

impl<D: Driver, F: Future> Future for MoveOnAfter<D, F> {
    type Output = Option<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(self.project().run.poll(cx)).ok())
    }
}

pin_project! {
    /// The future of `fail_after` and `fail_at`.
    ///
    /// It gives [`TimedOut`] exactly if its own deadline ended the future (law D4).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the future inside is.
    #[must_use = "a timeout does nothing unless it is awaited"]
    #[derive(Debug)]
    pub struct FailAfter<D, F>
    where
        D: Driver,
    {
        #[pin]
        run: RunScope<D, F>,
        place: &'static Location<'static>,
    }
}

impl<D: Ambient, F> FailAfter<D, F> {
    /// Runs `future` for at most `timeout`, counted from the first poll.
    #[inline]
    #[track_caller]
    pub fn after(timeout: Duration, future: F) -> Self {
        Self::within(Limit::After(timeout), Source::ambient(), future)
    }

    /// Runs `future` until `deadline` at the latest.
    #[inline]
    #[track_caller]
    pub fn at(deadline: Instant, future: F) -> Self {
        Self::within(Limit::At(deadline), Source::ambient(), future)
    }
}

impl<D: Driver, F> FailAfter<D, F> {
    #[inline]
    #[track_caller]
    fn within(limit: Limit, source: Source<D>, future: F) -> Self {
        Self { run: RunScope::within(limit, source, future), place: Location::caller() }
    }

    #[inline]
    #[track_caller]
    pub(crate) fn after_on(driver: D, timeout: Duration, future: F) -> Self {
        Self::within(Limit::After(timeout), Source::Given(driver), future)
    }

    #[inline]
    #[track_caller]
    pub(crate) fn at_on(driver: D, deadline: Instant, future: F) -> Self {
        Self::within(Limit::At(deadline), Source::Given(driver), future)
    }
}

impl<D: Driver, F: Future> Future for FailAfter<D, F> {
    type Output = Result<F::Output, TimedOut>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        Poll::Ready(ready!(this.run.poll(cx)).map_err(|_| TimedOut::at(this.place)))
    }
}
