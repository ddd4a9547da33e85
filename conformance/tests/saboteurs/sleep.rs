//! Sleeps that end wrongly.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyrt_core::Backend;

use super::{Fault, Sabotaged};

pub(crate) struct Sleep<B: Backend> {
    good: Pin<Box<B::Sleep>>,
    backend: Sabotaged<B>,
}

impl<B: Backend> Sleep<B> {
    pub(super) fn after(backend: &Sabotaged<B>, timeout: Duration) -> Self {
        let timeout = match backend.fault {
            Fault::SleepsEarly if timeout < Duration::from_secs(60) => timeout * 3 / 4,
            Fault::MaxIsZero if timeout == Duration::MAX => Duration::ZERO,
            _ => timeout,
        };
        Self { good: Box::pin(backend.good.sleep(timeout)), backend: backend.clone() }
    }

    pub(super) fn until(backend: &Sabotaged<B>, deadline: Instant) -> Self {
        Self { good: Box::pin(backend.good.sleep_until(deadline)), backend: backend.clone() }
    }
}

/// The timer is boxed, so nothing here is pinned.
impl<B: Backend> Unpin for Sleep<B> {}

impl<B: Backend> Future for Sleep<B> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.backend.fault {
            Fault::CancelledSleepEnds if self.backend.good.is_cancelled() => return Poll::Ready(()),
            Fault::SleepsInTasksOnly => {
                assert!(anyrt_core::with_backend(|_| ()).is_some(), "no runtime here");
            }
            _ => {}
        }
        self.good.as_mut().poll(cx)
    }
}

impl<B: Backend> anyrt_core::Sleep for Sleep<B> {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.good.as_mut().reset(deadline);
    }
}
