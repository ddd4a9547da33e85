//! Retrying: call again after a failure and a delay.

mod backoff;

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::driver::{Ambient, Driver};
use crate::source::Source;
use crate::time::Sleep;

pub use backoff::Backoff;

pin_project! {
    /// The future of `retry`.
    ///
    /// Between two calls nothing of the first is left: its future and its failure are dropped before
    /// the wait.
    ///
    /// # Panics
    ///
    /// Passes a panic of the closure or of its future on, without another call.
    ///
    /// # Errors
    ///
    /// The last failure, once there are no more delays.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the closure's futures are; how many calls there were is forgotten.
    #[must_use = "a retry does nothing unless it is awaited"]
    pub struct Retry<D, I, M, F>
    where
        D: Driver,
    {
        source: Source<D>,
        delays: I,
        make: M,
        calls: usize,
        #[pin]
        state: State<D, F>,
    }
}

pin_project! {
    #[project = Projected]
    enum State<D, F>
    where
        D: Driver,
    {
        Idle,
        Calling { #[pin] future: F },
        Waiting { #[pin] sleep: Sleep<D> },
        Over,
    }
}

impl<D: Driver, I: Iterator<Item = Duration>, M, F> Retry<D, I, M, F> {
    fn new(source: Source<D>, delays: I, make: M) -> Self {
        Self { source, delays, make, calls: 0, state: State::Idle }
    }

    /// Calls `make` again after each delay, which is measured by `driver`.
    pub fn on(driver: D, delays: impl IntoIterator<IntoIter = I>, make: M) -> Self {
        Self::new(Source::Given(driver), delays.into_iter(), make)
    }

    /// Calls `make` again after each delay, on the backend that polls it.
    pub fn ambient(delays: impl IntoIterator<IntoIter = I>, make: M) -> Self
    where
        D: Ambient,
    {
        Self::new(Source::ambient(), delays.into_iter(), make)
    }
}

impl<D, I, M, F, T, E> Future for Retry<D, I, M, F>
where
    D: Driver,
    I: Iterator<Item = Duration>,
    M: FnMut() -> F,
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                Projected::Idle => {
                    *this.calls += 1;
                    let future = (this.make)();
                    this.state.set(State::Calling { future });
                }
                Projected::Calling { future } => {
                    let result = ready!(future.poll(cx));
                    this.state.set(State::Over);
                    let Err(failure) = result else { return Poll::Ready(result) };
                    let Some(delay) = this.delays.next() else { return Poll::Ready(Err(failure)) };
                    drop(failure);
                    let sleep = Sleep::with_source(this.source.clone(), delay);
                    this.state.set(State::Waiting { sleep });
                }
                Projected::Waiting { sleep } => {
                    ready!(sleep.poll(cx));
                    this.state.set(State::Idle);
                }
                Projected::Over => panic!("a retry was polled after it had given its result"),
            }
        }
    }
}

impl<D: Driver, I, M, F> Debug for Retry<D, I, M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Idle => "idle",
            State::Calling { .. } => "calling",
            State::Waiting { .. } => "waiting",
            State::Over => "over",
        };
        f.debug_struct("Retry")
            .field("calls", &self.calls)
            .field("state", &format_args!("{state}"))
            .finish()
    }
}
