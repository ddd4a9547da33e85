//! The simulator as a backend.

use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Driver, Toplevel};

use crate::config::Config;
use crate::drive::drive;
use crate::error::SimError;
use crate::place::Place;
use crate::sleep::SimSleep;
use crate::trace::Trace;
use crate::world::World;
use crate::{blocking, sim::Sim};

/// A simulated world as a backend.
///
/// Clones are cheap and mean the same world. Its tasks run while somebody runs something on it:
/// [`Sim::run`], or `run` of the backend.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt_core::prelude::*;
/// use anyrt_sim::SimBackend;
///
/// let sim = SimBackend::new(7);
/// let begin = sim.now();
/// sim.run(sim.sleep(Duration::from_secs(3600)));
/// assert_eq!(sim.now() - begin, Duration::from_secs(3600));
/// ```
#[derive(Clone)]
pub struct SimBackend {
    pub(crate) world: Arc<World>,
}

impl SimBackend {
    /// Makes a world whose order comes from `seed`.
    ///
    /// [`Sim::backend`] makes one with other settings.
    pub fn new(seed: u64) -> Self {
        Sim::new(seed).backend()
    }

    pub(crate) fn with(config: Config) -> Self {
        Self { world: World::new(config) }
    }

    /// Gives the world whose code runs on this thread, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use anyrt_sim::{Sim, SimBackend};
    ///
    /// assert!(SimBackend::current().is_none());
    /// Sim::new(7).run(async { assert_eq!(SimBackend::current().unwrap().seed(), 7) });
    /// ```
    pub fn current() -> Option<Self> {
        Place::current().world.map(|world| Self { world })
    }

    /// Gives the seed.
    pub fn seed(&self) -> u64 {
        self.world.config.seed
    }

    /// Tells how far the clock is from the start.
    pub fn elapsed(&self) -> Duration {
        self.world.elapsed()
    }

    /// Gives what has happened so far.
    ///
    /// It is empty unless the simulation was told to [note it](Sim::trace).
    pub fn trace(&self) -> Trace {
        self.world.state().trace.clone().unwrap_or_default()
    }
}

impl Debug for SimBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimBackend")
            .field("seed", &self.seed())
            .field("elapsed", &self.elapsed())
            .finish_non_exhaustive()
    }
}

impl Driver for SimBackend {
    type Sleep = SimSleep;

    fn name(&self) -> &'static str {
        "sim"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, future: F) {
        self.world.spawn(Box::pin(future));
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, f: F) {
        blocking::submit(&self.world, Box::new(f));
    }

    fn blocking_limiter(&self) -> Arc<CapacityLimiter> {
        self.world.blocking_limiter.clone()
    }

    #[inline]
    fn now(&self) -> Instant {
        self.world.now()
    }

    fn sleep_until(&self, deadline: Instant) -> SimSleep {
        SimSleep::until(self.world.clone(), self.world.offset_of(deadline))
    }
}

/// Runs a future in the world.
///
/// # Panics
///
/// `block_on` and `run` panic with a [`SimError`] as text if nothing can go on, or if a limit is
/// reached; and on a thread that polls a task of the same world.
impl Toplevel for SimBackend {
    #[track_caller]
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        match drive(&self.world, future) {
            Ok(value) => value,
            Err(error) => self.give_up(error),
        }
    }
}

impl SimBackend {
    #[track_caller]
    fn give_up(&self, error: SimError) -> ! {
        self.world.shut_down();
        if self.world.config.is_quiet {
            resume_unwind(Box::new(error));
        }
        panic!("{error}to run the same again: Sim::new({}).run(..)", error.seed)
    }
}
