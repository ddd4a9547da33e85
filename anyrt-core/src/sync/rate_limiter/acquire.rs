//! The future that waits for a rate limiter.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::rate::Ticks;
use super::{RateLimiter, Turn};
use crate::driver::Driver;
use crate::wait_list::Standing;
use crate::waiting::Wait;
use crate::{budget, frame, leaf};

#[derive(Clone, Copy, Debug)]
enum Place {
    /// Not in the queue, or no longer.
    Outside,
    Queued(usize),
    /// It has the turn.
    First,
}

pin_project! {
    /// The future of [`RateLimiter::acquire`] and [`RateLimiter::acquire_many`].
    ///
    /// Waiters pass in the order in which they came (law F1).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    #[must_use = "an acquire does nothing unless it is awaited"]
    #[project = Projected]
    pub struct RateAcquire<'a, D>
    where
        D: Driver,
    {
        limiter: &'a RateLimiter<D>,
        count: usize,
        place: Place,
        arrival: Ticks,
        #[pin]
        timer: Option<D::Sleep>,
    }

    impl<D> PinnedDrop for RateAcquire<'_, D>
    where
        D: Driver,
    {
        fn drop(this: Pin<&mut Self>) {
            leave(this.project());
        }
    }
}

impl<'a, D: Driver> RateAcquire<'a, D> {
    pub(super) fn new(limiter: &'a RateLimiter<D>, count: usize) -> Self {
        Self { limiter, count, place: Place::Outside, arrival: 0, timer: None }
    }

    /// Goes into the queue, or past it.
    fn poll_enter(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(leaf::poll_turn(cx));
        let this = self.as_mut().project();
        let limiter = *this.limiter;
        let now = limiter.source.with(D::now);
        limiter.change(|state, deferred| {
            state.settle(deferred);
            let now = state.ticks(limiter.rate, now);
            *this.arrival = now;
            *this.place = if state.turn != Turn::Free {
                Place::Queued(state.waiters.push_back((), cx.waker()))
            } else if state.try_pass(limiter.rate, now, now, *this.count).is_ok() {
                return Poll::Ready(());
            } else {
                state.turn = Turn::Taken;
                Place::First
            };
            Poll::Pending
        })
    }

    /// Takes the turn if it was set aside.
    fn poll_queued(self: Pin<&mut Self>, key: usize, cx: &mut Context<'_>) {
        let this = self.project();
        this.limiter.change(|state, deferred| {
            // It may have been skipped while its scope was cancelled.
            state.waiters.renew(key, cx.waker(), deferred);
            state.settle(deferred);
            if state.waiters.standing(key) == Standing::Granted {
                state.waiters.remove(key, deferred);
                state.turn = Turn::Taken;
                *this.place = Place::First;
            }
        });
    }

    /// Passes when it is time.
    fn poll_first(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let limiter = *this.limiter;
        let now = limiter.source.with(D::now);
        let passed = limiter.change(|state, deferred| {
            let now = state.ticks(limiter.rate, now);
            let passed = state.try_pass(limiter.rate, *this.arrival, now, *this.count);
            if passed.is_ok() {
                state.pass_turn(deferred);
            }
            passed.map_err(|earliest| state.origin?.checked_add(limiter.rate.duration(earliest?)?))
        });
        let Err(earliest) = passed else {
            *this.place = Place::Outside;
            this.timer.set(None);
            return Poll::Ready(());
        };
        // Later than any clock: only a cancellation ends it.
        let Some(earliest) = earliest else { return Poll::Pending };
        if this.timer.is_none() {
            let timer = limiter.source.with(|driver| driver.sleep_until(earliest));
            this.timer.set(Some(timer));
        }
        if let Some(timer) = this.timer.as_mut().as_pin_mut() {
            ready!(timer.poll(cx));
        }
        // It was time since the clock was read.
        this.timer.set(None);
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<D: Driver> Future for RateAcquire<'_, D> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if !matches!(self.place, Place::Outside) && frame::is_cancelled() {
            leave(self.as_mut().project());
        }
        match self.place {
            Place::Outside => {
                if self.as_mut().poll_enter(cx).is_ready() {
                    budget::spend();
                    return Poll::Ready(());
                }
            }
            Place::Queued(key) => self.as_mut().poll_queued(key, cx),
            Place::First => {}
        }
        match self.place {
            // It is cut, or lets others have their turn.
            Place::Outside => return Poll::Pending,
            Place::Queued(_) => {}
            Place::First => {
                if self.as_mut().poll_first(cx).is_ready() {
                    budget::spend();
                    return Poll::Ready(());
                }
            }
        }
        leaf::wait(cx.waker(), Wait::Acquire);
        Poll::Pending
    }
}

/// Leaves the queue, and hands the turn on.
fn leave<D: Driver>(mut this: Projected<'_, '_, D>) {
    match std::mem::replace(this.place, Place::Outside) {
        Place::Outside => {}
        Place::Queued(key) => this.limiter.change(|state, deferred| {
            let ((), standing) = state.waiters.remove(key, deferred);
            if standing == Standing::Granted {
                state.turn = Turn::Free;
            }
            state.settle(deferred);
        }),
        Place::First => {
            this.limiter.change(super::State::pass_turn);
            this.timer.set(None);
        }
    }
}

impl<D: Driver> Debug for RateAcquire<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateAcquire")
            .field("limiter", self.limiter)
            .field("count", &self.count)
            .field("is_waiting", &!matches!(self.place, Place::Outside))
            .finish()
    }
}
