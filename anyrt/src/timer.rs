//! The timer of any backend, without a box.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt_core::{Driver, Sleep};
use pin_project_lite::pin_project;

use crate::enabled::{AsyncStd, Sim, Smol, Tokio};

pin_project! {
    /// The raw timer of an [`AnyBackend`](crate::AnyBackend).
    ///
    /// A [`Sleep`](crate::Sleep) is made of it.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    pub struct AnySleep {
        #[pin]
        timer: Timer,
    }
}

pin_project! {
    /// The timers of all backends.
    #[project = Projected]
    pub(crate) enum Timer {
        Tokio { #[pin] timer: <Tokio as Driver>::Sleep },
        Smol { #[pin] timer: <Smol as Driver>::Sleep },
        AsyncStd { #[pin] timer: <AsyncStd as Driver>::Sleep },
        Sim { #[pin] timer: <Sim as Driver>::Sleep },
        // Never locked: it makes the box `Sync`, which all futures that hold a timer then are.
        Other { timer: Mutex<Pin<Box<dyn Sleep>>> },
    }
}

impl Timer {
    pub(crate) fn other(timer: Pin<Box<dyn Sleep>>) -> Self {
        Self::Other { timer: Mutex::new(timer) }
    }
}

impl AnySleep {
    pub(crate) fn new(timer: Timer) -> Self {
        Self { timer }
    }
}

/// Reaches the timer that is never locked.
fn unlocked(timer: &mut Mutex<Pin<Box<dyn Sleep>>>) -> Pin<&mut dyn Sleep> {
    timer.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut()
}

impl Debug for AnySleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("AnySleep");
        match &self.timer {
            Timer::Tokio { timer } => tuple.field(timer),
            Timer::Smol { timer } => tuple.field(timer),
            Timer::AsyncStd { timer } => tuple.field(timer),
            Timer::Sim { timer } => tuple.field(timer),
            Timer::Other { .. } => &mut tuple,
        }
        .finish()
    }
}

impl Future for AnySleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().timer.project() {
            Projected::Tokio { timer } => timer.poll(cx),
            Projected::Smol { timer } => timer.poll(cx),
            Projected::AsyncStd { timer } => timer.poll(cx),
            Projected::Sim { timer } => timer.poll(cx),
            Projected::Other { timer } => unlocked(timer).poll(cx),
        }
    }
}

impl Sleep for AnySleep {
    fn reset(self: Pin<&mut Self>, deadline: Instant) {
        match self.project().timer.project() {
            Projected::Tokio { timer } => timer.reset(deadline),
            Projected::Smol { timer } => timer.reset(deadline),
            Projected::AsyncStd { timer } => timer.reset(deadline),
            Projected::Sim { timer } => timer.reset(deadline),
            Projected::Other { timer } => unlocked(timer).reset(deadline),
        }
    }
}
