//! The world of a simulation: what its tasks, timers, sockets and threads share.
//!
//! # Invariants
//!
//! - One mutex protects the state. No waker is called or dropped, and no future is polled or dropped,
//!   while it is held: each of them may come back here.
//! - The clock is written under the mutex, together with the firing of the timers that it passes; who
//!   reads a moment without the mutex knows that all timers up to it have fired or will at once.
//! - Whatever decides about order is in the state or in the configuration: two runs that make the same
//!   calls in the same order are the same run.

use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};
use std::task::Waker;
use std::time::{Duration, Instant};

use anyrt_core::blocking::DEFAULT_LIMIT;
use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Driver, ErasedBackend};
use slab::Slab;

use crate::blocking::Job;
use crate::config::Config;
use crate::error::SimError;
use crate::idle::Waits;
use crate::local;
use crate::lock::lock;
use crate::net::network::Network;
use crate::random::Random;
use crate::schedule::{Ready, Runnable};
use crate::signal::Listeners;
use crate::task::{Body, BoxFuture, Key, Slot, Task};
use crate::timers::{Sleeper, Timers};
use crate::trace::{NetEvent, Trace, What};

pub(crate) struct World {
    pub(crate) config: Config,
    start: Instant,
    /// Nanoseconds since the start.
    offset: AtomicU64,
    state: Mutex<State>,
    /// Whether somebody wants to know if it is asked for the time.
    is_probed: AtomicBool,
    has_answered: AtomicBool,
    /// Something happened that a thread without work may wait for.
    changed: Condvar,
    pub(crate) network: Mutex<Network>,
    /// Of its own: what happens in one world must not depend on another one.
    pub(crate) blocking_limiter: Arc<CapacityLimiter>,
    pub(crate) listeners: Listeners,
}

pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) ready: Ready,
    pub(crate) timers: Timers,
    pub(crate) tasks: Slab<Slot>,
    pub(crate) waits: Waits,
    /// The run whose thread makes the next step.
    pub(crate) driver: Option<u64>,
    /// Whether the driver was chosen because it is its outermost future's turn.
    pub(crate) is_handed_over: bool,
    /// The runs that have not ended.
    pub(crate) runs: usize,
    /// How many threads wait for `changed`.
    pub(crate) sleepers: usize,
    /// Blocking calls that all others stand still for.
    pub(crate) awaited: Vec<u64>,
    /// Blocking calls whose closures run.
    pub(crate) calls_out: usize,
    /// How often a task was polled since nothing could run.
    pub(crate) busy_polls: u64,
    pub(crate) polls: u64,
    pub(crate) next_number: u64,
    pub(crate) trace: Option<Trace>,
    pub(crate) failure: Option<SimError>,
    pub(crate) is_over: bool,
}

/// The moment at which all worlds of the process begin.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Nanoseconds; what is too long for them is never.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl World {
    pub(crate) fn new(config: Config) -> Arc<Self> {
        let random = Random::new(config.seed);
        let trace = config.has_trace.then(Trace::default);
        let network = Mutex::new(Network::new(config.seed));
        Arc::new(Self {
            config,
            start: start(),
            offset: AtomicU64::new(0),
            is_probed: AtomicBool::new(false),
            has_answered: AtomicBool::new(false),
            state: Mutex::new(State {
                random,
                ready: Ready::default(),
                timers: Timers::default(),
                tasks: Slab::new(),
                waits: Waits::default(),
                driver: None,
                is_handed_over: false,
                runs: 0,
                sleepers: 0,
                awaited: Vec::new(),
                calls_out: 0,
                busy_polls: 0,
                polls: 0,
                next_number: 0,
                trace,
                failure: None,
                is_over: false,
            }),
            changed: Condvar::new(),
            network,
            blocking_limiter: Arc::new(CapacityLimiter::new(DEFAULT_LIMIT)),
            listeners: Listeners::default(),
        })
    }

    #[inline]
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Takes the lock on the thread that drives, and queues what was woken meanwhile.
    #[inline]
    pub(crate) fn settled(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        self.settle(&mut state);
        state
    }

    #[inline]
    pub(crate) fn settle(&self, state: &mut State) {
        local::drain(|task| self.queue_task(state, task));
    }

    /// Nanoseconds since the start.
    #[inline]
    pub(crate) fn offset(&self) -> u64 {
        self.offset.load(Ordering::SeqCst)
    }

    #[inline]
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.offset())
    }

    #[inline]
    pub(crate) fn now(&self) -> Instant {
        if self.is_probed.load(Ordering::Relaxed) {
            self.has_answered.store(true, Ordering::SeqCst);
        }
        self.start + self.elapsed()
    }

    /// Whether a backend is this world, however it is wrapped: its clock is then this one.
    pub(crate) fn is_under(&self, backend: &ErasedBackend) -> bool {
        self.has_answered.store(false, Ordering::SeqCst);
        self.is_probed.store(true, Ordering::SeqCst);
        backend.now();
        self.is_probed.store(false, Ordering::SeqCst);
        self.has_answered.load(Ordering::SeqCst)
    }

    /// Nanoseconds from the start to `moment`; 0 if that is before the start.
    pub(crate) fn offset_of(&self, moment: Instant) -> u64 {
        nanos(moment.saturating_duration_since(self.start))
    }

    /// Puts a call where it can be picked; a world that is over drops it.
    pub(crate) fn queue(&self, job: Job) {
        let mut state = self.state();
        if !state.is_over {
            state.ready.push(Runnable::Job(job));
            self.notify(&state);
        }
    }

    /// Queues a task, on a thread that does not drive.
    #[cold]
    pub(crate) fn wake(&self, task: Key) {
        let mut state = self.state();
        self.queue_task(&mut state, task);
        self.notify(&state);
    }

    #[inline]
    fn queue_task(&self, state: &mut State, task: Key) {
        let Some(slot) = state.tasks.get_mut(task.slot) else { return };
        if slot.number == task.number && !std::mem::replace(&mut slot.is_queued, true) {
            self.note(state, Some(task.number), What::Woken);
            state.ready.push(Runnable::Task(task));
        }
    }

    /// Wakes the threads that have nothing to do.
    #[inline]
    pub(crate) fn notify(&self, state: &State) {
        if state.sleepers > 0 {
            self.changed.notify_all();
        }
    }

    /// Waits until something has changed, or `timeout` has passed; tells whether that is so.
    pub(crate) fn wait<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        timeout: Option<Duration>,
    ) -> (MutexGuard<'a, State>, bool) {
        state.sleepers += 1;
        let (mut state, is_late) = match timeout {
            Some(timeout) => {
                let waited = self.changed.wait_timeout(state, timeout);
                let (state, waited) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
                (state, waited.timed_out())
            }
            None => {
                let waited = self.changed.wait(state);
                (waited.unwrap_or_else(std::sync::PoisonError::into_inner), false)
            }
        };
        state.sleepers -= 1;
        (state, is_late)
    }

    /// Starts a task; a world that is over drops it.
    pub(crate) fn spawn(self: &Arc<Self>, future: BoxFuture) {
        let mut state = self.state();
        if state.is_over {
            drop(state);
            drop(future);
            return;
        }
        self.add_task(&mut state, None, Some(future));
        self.notify(&state);
    }

    pub(crate) fn add_task(
        self: &Arc<Self>,
        state: &mut State,
        run: Option<u64>,
        future: Option<BoxFuture>,
    ) -> Arc<Task> {
        let number = state.next_number;
        state.next_number += 1;
        let key = Key { slot: state.tasks.vacant_key(), number };
        let task = Arc::new(Task { key, world: self.clone() });
        let body = future.map(|future| Body { future, waker: task.clone().into() });
        state.tasks.insert(Slot { number, run, is_queued: true, body });
        self.note(state, Some(number), What::Spawned);
        state.ready.push(Runnable::Task(key));
        task
    }

    /// Moves the clock, queues the tasks that it wakes, and gives the wakers of others.
    pub(crate) fn move_clock(&self, state: &mut State, to: u64, wakers: &mut Vec<Waker>) {
        if to > self.offset() {
            self.offset.store(to, Ordering::SeqCst);
            self.note(state, None, What::ClockMoved);
        }
        let mut timers = std::mem::take(&mut state.timers);
        timers.fire(to, |sleeper| {
            self.note(state, None, What::TimerFired);
            match sleeper {
                Sleeper::Task(task) => self.queue_task(state, task),
                Sleeper::Other(waker) => wakers.push(waker),
            }
        });
        state.timers = timers;
    }

    #[inline]
    pub(crate) fn note(&self, state: &mut State, task: Option<u64>, what: What) {
        if let Some(trace) = &mut state.trace {
            trace.note(self.elapsed(), task, what);
        }
    }

    pub(crate) fn note_net(&self, event: NetEvent) {
        self.note(&mut self.state(), None, What::Net(event));
    }

    /// Drops all that is left; what that starts is dropped, too.
    pub(crate) fn shut_down(&self) {
        self.state().is_over = true;
        loop {
            let mut state = self.state();
            let tasks = std::mem::take(&mut state.tasks);
            let ready: VecDeque<_> = state.ready.take_all();
            let timers = std::mem::take(&mut state.timers);
            let waits = std::mem::take(&mut state.waits);
            drop(state);
            if tasks.is_empty() && ready.is_empty() && timers.next_at().is_none() {
                return;
            }
            for (_, task) in tasks {
                quietly(|| drop(task));
            }
            quietly(|| drop((ready, timers, waits)));
        }
    }
}

impl Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}

/// Drops something foreign, which may panic: nobody is left to tell.
fn quietly(f: impl FnOnce()) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
}
