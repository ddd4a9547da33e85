//! The root of a program: a group around its outermost future (law G8).

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::{RunGroup, TaskGroup};
use crate::budget;
use crate::driver::Driver;
use crate::source::Source;

pin_project! {
    /// A body that cannot fail.
    struct Infallibly<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Infallibly<F> {
    type Output = Result<F::Output, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx).map(Ok)
    }
}

type Make<D, F> = fn(TaskGroup<D, Infallible>) -> Infallibly<F>;

pin_project! {
    /// The future of a whole program.
    ///
    /// It ends after all tasks that were started in it.
    ///
    /// # Panics
    ///
    /// Resumes the panic of the program's future, or of a task that was adopted (law X2).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** If it is dropped, the tasks in it are cancelled, and nobody waits for them.
    #[must_use = "a root does nothing unless it is polled"]
    pub struct Root<D, F>
    where
        F: Future,
    {
        #[pin]
        group: RunGroup<D, Infallible, Make<D, F>, Infallibly<F>, F::Output>,
    }
}

impl<D: Driver, F: Future> Root<D, F> {
    /// Makes `future` the root of a program on `driver`.
    #[track_caller]
    pub fn on(driver: D, future: F) -> Self {
        Self { group: RunGroup::root(Source::Given(driver), Infallibly { future }) }
    }
}

impl<D: Driver, F: Future> Future for Root<D, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _budget = budget::start_task();
        match ready!(self.project().group.poll(cx)) {
            Ok(value) => Poll::Ready(value),
            Err(_) => unreachable!("a root cannot fail, and is cancelled only by a panic"),
        }
    }
}

impl<D, F: Future> Debug for Root<D, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Root").field(&self.group).finish()
    }
}
