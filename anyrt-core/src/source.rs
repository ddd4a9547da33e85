//! Where a scope, a sleep or a group takes its driver from, and when.

use std::fmt::{self, Debug};
use std::time::Instant;

use crate::driver::{Ambient, Driver, ErasedBackend};
use crate::error::NoRuntime;
use crate::frame;

/// Calls its argument with the driver of the calling code.
type Find<D> = fn(&mut dyn FnMut(&D)) -> Result<(), NoRuntime>;

/// A driver that was given, or that is found at the first poll.
#[derive(Clone)]
pub(crate) enum Source<D> {
    Given(D),
    Ambient(Find<D>),
}

impl<D: Driver> Source<D> {
    pub(crate) const fn ambient() -> Self
    where
        D: Ambient,
    {
        Self::Ambient(|f| D::with_current(|driver| f(driver)))
    }

    /// Calls `f` with the driver.
    ///
    /// # Panics
    ///
    /// Panics with the advice of [`NoRuntime`] if there is none.
    #[track_caller]
    pub(crate) fn with<R>(&self, f: impl FnOnce(&D) -> R) -> R {
        match self {
            Self::Given(driver) => f(driver),
            Self::Ambient(find) => {
                let (mut f, mut result) = (Some(f), None);
                let found = find(&mut |driver| result = f.take().map(|f| f(driver)));
                match (found, result) {
                    (Ok(()), Some(result)) => result,
                    (Err(error), _) => panic!("{error}"),
                    (Ok(()), None) => unreachable!("with_current calls its argument"),
                }
            }
        }
    }

    /// Reads the driver's clock.
    #[inline]
    #[track_caller]
    pub(crate) fn now(&self) -> Instant {
        match self {
            Self::Given(driver) => driver.now(),
            // What is found in a frame is the frame's.
            Self::Ambient(_) => {
                frame::with_backend(Driver::now).unwrap_or_else(|| self.with(D::now))
            }
        }
    }

    /// The driver, erased, for a frame; the enclosing frame's own where it is of this type.
    #[track_caller]
    pub(crate) fn erase(&self) -> ErasedBackend {
        if let Self::Ambient(_) = self {
            let enclosing = frame::with_backend(|backend| {
                backend.downcast_ref::<D>().is_some().then(|| backend.clone())
            });
            if let Some(Some(backend)) = enclosing {
                return backend;
            }
        }
        self.with(|driver| ErasedBackend::new(driver.clone()))
    }
}

impl<D> Debug for Source<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "given",
            Self::Ambient(_) => "ambient",
        })
    }
}
