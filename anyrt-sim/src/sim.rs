//! `Sim`: how a simulation is set up and run.

use std::future::{Future, ready};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;
use std::time::Duration;

use anyrt_core::{Backend, Toplevel};

use crate::backend::SimBackend;
use crate::config::Config;
use crate::error::SimError;
use crate::schedule::Schedule;
use crate::trace::Trace;

/// A simulation that can be run: a seed, and what to do with it.
///
/// Each run has a world of its own, so that the same future in the same simulation does the same, bit
/// for bit.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt_core::prelude::*;
/// use anyrt_sim::{Sim, SimBackend};
///
/// let elapsed = Sim::new(7).run(async {
///     let sim = SimBackend::current().unwrap();
///     sim.sleep(Duration::from_secs(3600)).await;
///     sim.elapsed()
/// });
/// assert_eq!(elapsed, Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a simulation does nothing until it is run"]
pub struct Sim {
    pub(crate) config: Config,
}

impl Sim {
    /// Makes a simulation whose order comes from `seed`.
    pub fn new(seed: u64) -> Self {
        Self { config: Config::new(seed) }
    }

    /// Takes another seed, and leaves the rest.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Chooses who is next; at random unless it is said otherwise.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.config.schedule = schedule;
        self
    }

    /// Says whether the clock jumps when nothing can run.
    ///
    /// It does unless it is said otherwise.     /// Without it the clock moves when somebody calls [`advance`](crate::advance).
    pub fn autojump(mut self, is_on: bool) -> Self {
        self.config.has_autojump = is_on;
        self
    }

    /// Says how long, in real time, the clock waits before it jumps.
    ///
    /// It does not wait unless it is said otherwise. In this time threads that the simulator does not know may wake somebody. A jump that is shorter
    /// is waited for so long only.
    pub fn autojump_after(mut self, real: Duration) -> Self {
        self.config.autojump_after = real;
        self
    }

    /// Says how long a poll takes on the virtual clock.
    ///
    /// It takes no time unless it is said otherwise. Tasks that spin for 100,000 polls get older all the same, by a microsecond with each poll.
    pub fn poll_cost(mut self, cost: Duration) -> Self {
        self.config.poll_cost = cost;
        self
    }

    /// Takes what suits programs that use threads of their own, and spin.
    ///
    /// It gives other threads some real time before the clock jumps, waits long before it calls
    /// something a deadlock and not long for a blocking call, and lets a poll take time. Such runs
    /// cannot be replayed exactly: what the threads do has no fixed place in the order.
    pub fn among_threads(self) -> Self {
        self.autojump_after(Duration::from_millis(100))
            .grace(Duration::from_secs(10))
            .patience(Duration::from_millis(20))
            .poll_cost(Duration::from_micros(50))
    }

    /// Limits the polls between two moments in which nothing can run.
    ///
    /// It is 10,000,000 unless it is said otherwise.
    pub fn poll_limit(mut self, polls: u64) -> Self {
        self.config.poll_limit = polls;
        self
    }

    /// Limits how far the clock may get.
    ///
    /// That is ten years unless it is said otherwise.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.config.time_limit = limit;
        self
    }

    /// Says how long a blocking call takes on the virtual clock.
    ///
    /// It takes no time unless it is said otherwise. The seed chooses from the range.
    pub fn blocking_latency(mut self, latency: RangeInclusive<Duration>) -> Self {
        self.config.blocking_latency = latency;
        self
    }

    /// Says how long a blocking call may take in real time.
    ///
    /// That is 250 ms unless it is said otherwise. The simulation stands still until the closure returns, so that a run can be replayed. If
    /// that takes longer, others go on beside it: it might wait for them. From there on what the
    /// closure does has no fixed place in the order.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.config.patience = patience;
        self
    }

    /// Says how long other threads may take to wake a task.
    ///
    /// That is 100 ms of real time unless it is said otherwise: when nothing can run and no timer is left, the simulation waits so long for
    /// threads that it does not know before it says that it is a deadlock.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.config.grace = grace;
        self
    }

    /// Notes what happens, for [`SimBackend::trace`] and for the text of errors.
    pub fn trace(mut self) -> Self {
        self.config.has_trace = true;
        self
    }

    /// Makes a world, for code that is generic over the backend.
    pub fn backend(&self) -> SimBackend {
        SimBackend::with(self.config.clone())
    }

    /// Runs a future as the program in a new world.
    ///
    /// It returns after every task that the future started; what anyrt does not know is dropped.
    ///
    /// # Panics
    ///
    /// Panics if nothing can go on, or if a limit is reached, with the seed and the tasks that are
    /// left, and what each waits for; [`try_run`](Self::try_run) gives an error. Panics on a
    /// thread that polls an anyrt future (law B8), and resumes the panic of the future.
    #[track_caller]
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let world = Closing(self.backend());
        world.0.run(future)
    }

    /// Runs a future as the program in a new world, or says why not.
    ///
    /// It is [`run`](Self::run), with an error where nothing can go on.
    ///
    /// # Panics
    ///
    /// Panics on a thread that polls an anyrt future (law B8), and resumes the panic of the future.
    ///
    /// # Errors
    ///
    /// [`SimError`] if nothing can go on, or if a limit is reached.
    #[track_caller]
    pub fn try_run<F: Future>(&self, future: F) -> Result<F::Output, SimError> {
        self.outcome(future).unwrap_or_else(|payload| resume_unwind(payload))
    }

    /// Runs a future, and gives its panic as a value.
    // No closure around the making of the root: the caller's line is its place in the task tree.
    #[track_caller]
    pub(crate) fn outcome<F: Future>(
        &self,
        future: F,
    ) -> thread::Result<Result<F::Output, SimError>> {
        // Refused where it would nest, with the words that all backends have.
        SimBackend::new(0).run(ready(()));
        let mut config = self.config.clone();
        config.is_quiet = true;
        let world = Closing(SimBackend::with(config));
        let root = world.0.root(future);
        match catch_unwind(AssertUnwindSafe(|| world.0.block_on(root))) {
            Ok(value) => Ok(Ok(value)),
            Err(payload) => payload.downcast().map(|error| Err(*error)),
        }
    }

    /// Runs a future as [`run`](Self::run) does, and gives what happened, too.
    ///
    /// # Panics
    ///
    /// Panics as [`run`](Self::run) does.
    #[track_caller]
    pub fn run_traced<F: Future>(&self, future: F) -> (F::Output, Trace) {
        let world = Closing(self.clone().trace().backend());
        let value = world.0.run(future);
        (value, world.0.trace())
    }
}

/// A world of one run, which ends with it.
struct Closing(SimBackend);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.world.shut_down();
    }
}
