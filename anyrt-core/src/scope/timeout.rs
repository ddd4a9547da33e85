//! `move_on_after` and `fail_after`: a scope with a deadline, in one call.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::{CancelScope, RunScope};
use crate::driver::{Ambient, Driver};
use crate::error::TimedOut;

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
    pub fn after(timeout: Duration, future: F) -> Self {
        Self { run: CancelScope::new().with_timeout(timeout).run(future) }
    }

    /// Runs `future` until `deadline` at the latest.
    pub fn at(deadline: Instant, future: F) -> Self {
        Self { run: CancelScope::new().with_deadline(deadline).run(future) }
    }
}

impl<D: Driver, F: Future> Future for MoveOnAfter<D, F> {
    type Output = Option<F::Output>;

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
    #[track_caller]
    pub fn after(timeout: Duration, future: F) -> Self {
        let run = CancelScope::new().with_timeout(timeout).run(future);
        Self { run, place: Location::caller() }
    }

    /// Runs `future` until `deadline` at the latest.
    #[track_caller]
    pub fn at(deadline: Instant, future: F) -> Self {
        let run = CancelScope::new().with_deadline(deadline).run(future);
        Self { run, place: Location::caller() }
    }
}

impl<D: Driver, F: Future> Future for FailAfter<D, F> {
    type Output = Result<F::Output, TimedOut>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        Poll::Ready(ready!(this.run.poll(cx)).map_err(|_| TimedOut::at(this.place)))
    }
}
