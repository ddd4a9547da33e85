//! Waiting on the backend's clock.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use crate::driver::{Ambient, Driver};
use crate::source::Source;
use crate::waiting::Wait;
use crate::{budget, leaf};

#[derive(Clone, Copy, Debug)]
enum End {
    /// So long after the first poll.
    After(Duration),
    At(Instant),
    Never,
}

pin_project! {
    /// Waits until its deadline, never less (law B4).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    #[must_use = "a sleep does nothing unless it is awaited"]
    pub struct Sleep<D: Driver> {
        source: Source<D>,
        end: End,
        #[pin]
        timer: Option<D::Sleep>,
    }
}

impl<D: Driver> Sleep<D> {
    fn new(source: Source<D>, end: End) -> Self {
        Self { source, end, timer: None }
    }

    /// Waits for `timeout` on the driver that `source` finds at the first poll.
    pub(crate) fn with_source(source: Source<D>, timeout: Duration) -> Self {
        Self::new(source, End::After(timeout))
    }

    /// Waits on `driver` for `timeout`, counted from the first poll.
    pub fn after(driver: D, timeout: Duration) -> Self {
        Self::new(Source::Given(driver), End::After(timeout))
    }

    /// Waits on `driver` until `deadline`.
    pub fn until(driver: D, deadline: Instant) -> Self {
        Self::new(Source::Given(driver), End::At(deadline))
    }
}

impl<D: Ambient> Sleep<D> {
    /// Waits for `timeout`, counted from the first poll.
    ///
    /// It waits on the backend that polls it.
    pub fn ambient_after(timeout: Duration) -> Self {
        Self::new(Source::ambient(), End::After(timeout))
    }

    /// Waits until `deadline` on the backend that polls it.
    pub fn ambient_until(deadline: Instant) -> Self {
        Self::new(Source::ambient(), End::At(deadline))
    }

    /// Waits until it is cancelled; it needs no backend.
    pub fn forever() -> Self {
        Self::new(Source::ambient(), End::Never)
    }
}

impl<D: Driver> Future for Sleep<D> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.timer.is_none() {
            ready!(leaf::poll_turn(cx));
            let is_over = match *this.end {
                End::Never => false,
                End::After(timeout) if timeout.is_zero() => true,
                End::After(_) | End::At(_) => {
                    let (end, timer) = (this.end, this.timer.as_mut());
                    this.source.with(|driver| begin(driver, end, timer))
                }
            };
            if is_over {
                budget::spend();
                return Poll::Ready(());
            }
        }
        let Some(timer) = this.timer.as_mut().as_pin_mut() else {
            leaf::wait(cx.waker(), Wait::Sleep);
            return Poll::Pending;
        };
        if timer.poll(cx).is_pending() {
            if leaf::is_cut(cx.waker()) {
                this.timer.set(None);
            } else {
                leaf::wait(cx.waker(), Wait::Sleep);
            }
            return Poll::Pending;
        }
        budget::spend();
        Poll::Ready(())
    }
}

/// Puts a timer in its place, unless the time is over already, or never will be.
fn begin<D: Driver>(driver: &D, end: &mut End, mut timer: Pin<&mut Option<D::Sleep>>) -> bool {
    let now = driver.now();
    let deadline = match *end {
        End::After(timeout) => now.checked_add(timeout),
        End::At(deadline) => Some(deadline),
        End::Never => None,
    };
    *end = deadline.map_or(End::Never, End::At);
    match deadline {
        Some(deadline) if deadline <= now => return true,
        Some(deadline) => timer.set(Some(driver.sleep_until(deadline))),
        None => {}
    }
    false
}

impl<D: Driver> crate::backend::Sleep for Sleep<D> {
    fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let this = self.project();
        *this.end = End::At(deadline);
        if let Some(timer) = this.timer.as_pin_mut() {
            crate::backend::Sleep::reset(timer, deadline);
        }
    }
}

impl<D: Driver> Debug for Sleep<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("end", &self.end)
            .field("is_waiting", &self.timer.is_some())
            .finish()
    }
}
