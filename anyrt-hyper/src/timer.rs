//! hyper's timers, on the backend's clock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyrt::{AnyBackend, NoRuntime};
use anyrt_core::{Driver, Sleep as _};
use hyper::rt::{Sleep, Timer};

/// Stands for what is later than a clock can tell.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Gives hyper the timers of a backend.
///
/// In a simulation they are virtual, too.
#[derive(Clone, Debug)]
pub struct DriverTimer<D>(D);

impl<D: Driver> DriverTimer<D> {
    /// Takes the timers of `driver`.
    pub fn on(driver: D) -> Self {
        Self(driver)
    }
}

impl DriverTimer<AnyBackend> {
    /// Takes the timers of the backend that runs.
    ///
    /// # Errors
    ///
    /// [`NoRuntime`] if there is none: see [`AnyBackend::current`].
    pub fn current() -> Result<Self, NoRuntime> {
        AnyBackend::current().map(Self)
    }
}

impl<D: Driver> Timer for DriverTimer<D> {
    fn sleep(&self, timeout: Duration) -> Pin<Box<dyn Sleep>> {
        let now = self.0.now();
        self.sleep_until(now.checked_add(timeout).unwrap_or_else(|| now + FAR))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(DriverSleep::<D>(Box::pin(self.0.sleep_until(deadline))))
    }

    fn now(&self) -> Instant {
        self.0.now()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, deadline: Instant) {
        match sleep.as_mut().downcast_mut_pin::<DriverSleep<D>>() {
            Some(own) => own.get_mut().0.as_mut().reset(deadline),
            None => *sleep = self.sleep_until(deadline),
        }
    }
}

/// A timer of the backend; boxed, so that it can be moved by whoever knows its type.
struct DriverSleep<D: Driver>(Pin<Box<D::Sleep>>);

impl<D: Driver> Future for DriverSleep<D> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl<D: Driver> Sleep for DriverSleep<D> {}
