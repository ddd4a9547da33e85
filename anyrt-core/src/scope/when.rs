//! `move_on_when`: a scope that is cancelled when something has come about.
//!
//! # Invariants
//!
//! - The condition is polled outside of the scope, and after the future: one that completes wins
//!   (law C11).
//! - Once the condition has come about it is dropped, and the future polled again, so that it is cut
//!   without another wake-up.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::{CancelHandle, CancelScope, RunScope};
use crate::driver::{Ambient, Driver};

pin_project! {
    /// The future of `move_on_when`.
    ///
    /// It gives `None` if the condition came about first. A future that has completed gives its value,
    /// however late (law C13).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the future inside and the condition are.
    #[must_use = "neither the future nor its condition is polled unless this is awaited"]
    pub struct MoveOnWhen<D, C, F>
    where
        D: Driver,
    {
        #[pin]
        run: RunScope<D, F>,
        handle: CancelHandle,
        #[pin]
        condition: Option<C>,
    }
}

impl<D: Ambient, C, F> MoveOnWhen<D, C, F> {
    /// Runs `future` until `condition` has come about.
    pub fn new(condition: C, future: F) -> Self {
        Self::in_scope(CancelScope::new(), condition, future)
    }
}

impl<D: Driver, C, F> MoveOnWhen<D, C, F> {
    /// Runs `future` on `driver` until `condition` has come about.
    pub fn on(driver: D, condition: C, future: F) -> Self {
        Self::in_scope(CancelScope::on(driver), condition, future)
    }

    fn in_scope(scope: CancelScope<D>, condition: C, future: F) -> Self {
        let handle = scope.handle();
        Self { run: scope.run(future), handle, condition: Some(condition) }
    }
}

impl<D: Driver, C: Future, F: Future> Future for MoveOnWhen<D, C, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(result) = this.run.as_mut().poll(cx) {
            return Poll::Ready(result.ok());
        }
        let Some(condition) = this.condition.as_mut().as_pin_mut() else { return Poll::Pending };
        ready!(condition.poll(cx));
        this.condition.set(None);
        this.handle.cancel_with("what it was to run until has come about");
        this.run.poll(cx).map(Result::ok)
    }
}

impl<D: Driver, C, F> Debug for MoveOnWhen<D, C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoveOnWhen")
            .field("run", &self.run)
            .field("has_come_about", &self.condition.is_none())
            .finish()
    }
}
