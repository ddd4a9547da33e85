//! `shield`: a scope that outer cancellations do not reach.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{CancelScope, RunScope};
use crate::driver::{Ambient, Driver};

pin_project! {
    /// The future of `shield`.
    ///
    /// No outer cancellation reaches what runs inside.
    ///
    /// It protects while its owner polls it. An owner that waits for something else meanwhile is cut
    /// there, and drops the shield with what is inside (law S7).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the future inside is; foreign code can still drop it.
    #[must_use = "a shield does nothing unless it is awaited"]
    #[derive(Debug)]
    pub struct Shield<D, F>
    where
        D: Driver,
    {
        #[pin]
        run: RunScope<D, F>,
    }
}

impl<D: Ambient, F> Shield<D, F> {
    /// Shields `future`.
    pub fn new(future: F) -> Self {
        Self { run: CancelScope::new().shielded().run(future) }
    }
}

impl<D: Driver, F> Shield<D, F> {
    /// Shields `future`, which runs on `driver`.
    pub fn on(driver: D, future: F) -> Self {
        Self { run: CancelScope::on(driver).shielded().run(future) }
    }
}

impl<D: Driver, F> Shield<D, F> {
    /// Runs `future` in a scope that is shielded.
    pub(super) fn in_scope(scope: CancelScope<D>, future: F) -> Self {
        Self { run: scope.run(future) }
    }
}

impl<D: Driver, F: Future> Future for Shield<D, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.project().run.poll(cx) {
            Poll::Ready(Ok(value)) => Poll::Ready(value),
            // Struck before the shield was up: an outer scope drops this future.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}
