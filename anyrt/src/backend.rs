//! `AnyBackend`: any of the backends, behind one type.

use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Driver, ErasedBackend, Toplevel};

use crate::enabled::{self, AsyncStd, Sim, Smol, Tokio};
use crate::timer::{AnySleep, Timer};

/// A backend chosen at run time.
///
/// It is tokio, smol, async-std, a simulation, or one that anyrt does not know.
///
/// It is what the functions of this crate run on, and costs a `match` more than the backend that
/// it holds. Clones are cheap and mean the same runtime.
///
/// # Examples
///
/// ```
/// let backend = "smol".parse::<anyrt::AnyBackend>()?;
/// let name = anyrt::run_on(&backend, async { anyrt::AnyBackend::current().map(|b| b.name()) });
/// assert_eq!(name, Ok("smol"));
/// # Ok::<(), anyrt::UnknownBackend>(())
/// ```
#[derive(Clone)]
pub struct AnyBackend(pub(crate) Choice);

/// The one backend that an `AnyBackend`, a timer or a socket belongs to.
#[derive(Clone)]
pub(crate) enum Choice {
    Tokio(Tokio),
    Smol(Smol),
    AsyncStd(AsyncStd),
    Sim(Sim),
    Other(ErasedBackend),
}

/// Does the same to whichever backend it is.
macro_rules! each {
    ($choice:expr, $driver:ident => $do:expr) => {
        match $choice {
            Choice::Tokio($driver) => $do,
            Choice::Smol($driver) => $do,
            Choice::AsyncStd($driver) => $do,
            Choice::Sim($driver) => $do,
            Choice::Other($driver) => $do,
        }
    };
}

impl AnyBackend {
    /// Gives the backends that are enabled.
    ///
    /// They come in the order in which [`run`](crate::run) takes them. A simulation is not among
    /// them: it has to be asked for.
    ///
    /// Listing starts nothing: a runtime starts when something is first run or spawned on it.
    ///
    /// # Examples
    ///
    /// ```
    /// for backend in anyrt::AnyBackend::available() {
    ///     assert_eq!(anyrt::run_on(&backend, async { 6 * 7 }), 42);
    /// }
    /// ```
    pub fn available() -> Vec<Self> {
        let tokio = enabled::tokio().map(Choice::Tokio);
        let smol = enabled::smol().map(Choice::Smol);
        let async_std = enabled::async_std().map(Choice::AsyncStd);
        [tokio, smol, async_std].into_iter().flatten().map(Self).collect()
    }

    /// Names the runtime.
    ///
    /// That is `"tokio"`, `"smol"`, `"async-std"`, `"sim"`, or what another backend says.
    ///
    /// # Examples
    ///
    /// ```
    /// let backend: anyrt::AnyBackend = "async_std".parse()?;
    /// assert_eq!(backend.name(), "async-std");
    /// # Ok::<(), anyrt::UnknownBackend>(())
    /// ```
    pub fn name(&self) -> &'static str {
        each!(&self.0, driver => driver.name())
    }
}

impl Debug for AnyBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyBackend").field(&self.name()).finish()
    }
}

impl Display for AnyBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Driver for AnyBackend {
    type Sleep = AnySleep;

    fn name(&self) -> &'static str {
        self.name()
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        each!(&self.0, driver => driver.spawn(future));
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        each!(&self.0, driver => driver.spawn_blocking(f));
    }

    fn blocking_limiter(&self) -> Arc<CapacityLimiter> {
        each!(&self.0, driver => driver.blocking_limiter())
    }

    fn now(&self) -> Instant {
        each!(&self.0, driver => driver.now())
    }

    fn sleep_until(&self, deadline: Instant) -> AnySleep {
        AnySleep::new(match &self.0 {
            Choice::Tokio(driver) => Timer::Tokio { timer: driver.sleep_until(deadline) },
            Choice::Smol(driver) => Timer::Smol { timer: driver.sleep_until(deadline) },
            Choice::AsyncStd(driver) => Timer::AsyncStd { timer: driver.sleep_until(deadline) },
            Choice::Sim(driver) => Timer::Sim { timer: driver.sleep_until(deadline) },
            Choice::Other(driver) => Timer::other(driver.sleep_until(deadline)),
        })
    }
}

/// Starts a program on the backend.
///
/// # Panics
///
/// `block_on` and `run` panic on a backend that anyrt does not know: it can be started only by a
/// type that says how. Call `run` of that type.
impl Toplevel for AnyBackend {
    #[track_caller]
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match &self.0 {
            Choice::Tokio(driver) => driver.block_on(future),
            Choice::Smol(driver) => driver.block_on(future),
            Choice::AsyncStd(driver) => driver.block_on(future),
            Choice::Sim(driver) => driver.block_on(future),
            Choice::Other(driver) => panic!(
                "anyrt does not know how to start the backend `{}`: call `run` of its own type \
                 (`anyrt_core::Toplevel`)",
                driver.name()
            ),
        }
    }
}

/// Wraps a backend whose type is not known.
///
/// One that it knows, or that is an `AnyBackend` already, is taken out.
impl From<ErasedBackend> for AnyBackend {
    fn from(erased: ErasedBackend) -> Self {
        Self::from(&erased)
    }
}

impl From<&ErasedBackend> for AnyBackend {
    fn from(erased: &ErasedBackend) -> Self {
        if let Some(any) = erased.downcast_ref::<Self>() {
            return any.clone();
        }
        Self(if let Some(tokio) = erased.downcast_ref::<Tokio>() {
            Choice::Tokio(tokio.clone())
        } else if let Some(smol) = erased.downcast_ref::<Smol>() {
            Choice::Smol(smol.clone())
        } else if let Some(async_std) = erased.downcast_ref::<AsyncStd>() {
            Choice::AsyncStd(async_std.clone())
        } else if let Some(sim) = erased.downcast_ref::<Sim>() {
            Choice::Sim(sim.clone())
        } else {
            Choice::Other(erased.clone())
        })
    }
}
