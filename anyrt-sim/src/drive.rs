//! The executor: threads that take turns at one world.
//!
//! # Invariants
//!
//! - At most one thread drives: it picks what runs next and polls it. All others wait. Which thread
//!   drives changes nothing in the order, since whatever decides is in the state.
//! - A run's outermost future is polled by the run's own thread, to which the driver hands over. A
//!   second run is one on a thread of its own: from a blocking call, or from a thread that the simulator
//!   does not know.
//! - A thread never waits for its turn inside a poll of the same world: that would be for ever.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::{Arc, MutexGuard};
use std::task::{Context, Poll, Waker};

use crate::blocking;
use crate::error::{Cause, SimError};
use crate::idle::{age, fail, idle};
use crate::local::{self, Local};
use crate::place::{Entered, Place};
use crate::schedule::Runnable;
use crate::task::{Body, Key, Task};
use crate::trace::What;
use crate::world::{State, World};

/// Polls `future` to its end on this thread, and all other tasks meanwhile.
#[track_caller]
pub(crate) fn drive<F: Future>(world: &Arc<World>, future: F) -> Result<F::Output, SimError> {
    assert!(
        !Place::current().drives(world),
        "block_on was called on a thread that is polling a task of the same simulation, which it \
         would block for ever: await the future instead, or call it inside blocking::run"
    );
    let mut future = pin!(future);
    let mut run = Run::begin(world);
    let waker = Waker::from(run.task.clone());
    let mut cx = Context::from_waker(&waker);
    loop {
        run.next()?;
        local::set_polled(run.task.key, &waker);
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return Ok(value);
        }
    }
}

/// A `block_on` that has not returned.
struct Run {
    world: Arc<World>,
    number: u64,
    /// Stands for the outermost future.
    task: Arc<Task>,
    place: Entered,
    outside: Local,
    /// The blocking call on whose thread it is, if that was waited for.
    call: Option<u64>,
    wakers: Vec<Waker>,
}

impl Run {
    fn begin(world: &Arc<World>) -> Self {
        let place = Place { world: Some(world.clone()), call: None }.enter();
        let outside = local::enter(world);
        let mut state = world.state();
        let number = state.next_number;
        let task = world.add_task(&mut state, Some(number), None);
        state.runs += 1;
        let call = place.outside().call_of(world).filter(|call| state.awaited.contains(call));
        state.awaited.retain(|awaited| Some(*awaited) != call);
        world.notify(&state);
        drop(state);
        Self { world: world.clone(), number, task, place, outside, call, wakers: Vec::new() }
    }

    /// Comes back when it is the outermost future's turn.
    fn next(&mut self) -> Result<(), SimError> {
        let world = self.world.clone();
        let mut state = world.settled();
        loop {
            if let Some(failure) = &state.failure {
                return Err(failure.clone());
            }
            if state.driver.is_some_and(|driver| driver != self.number) {
                state = world.wait(state, None).0;
                continue;
            }
            state.driver = Some(self.number);
            if std::mem::take(&mut state.is_handed_over) {
                return Ok(());
            }
            if !state.awaited.is_empty() {
                let (now, is_late) = world.wait(state, Some(world.config.patience));
                state = now;
                if is_late {
                    state.awaited.clear();
                }
                continue;
            }
            if state.busy_polls >= world.config.poll_limit {
                state = fail(&world, state, Cause::PollLimit(world.config.poll_limit));
                continue;
            }
            state = age(&world, state, &mut self.wakers);
            let State { ready, random, .. } = &mut *state;
            match ready.take(world.config.schedule, random) {
                None => state = idle(&world, state, &mut self.wakers),
                Some(Runnable::Job(job)) => blocking::begin(&world, &mut state, job),
                Some(Runnable::Task(task)) => {
                    // It may have ended since it was queued.
                    let slot = state.tasks.get_mut(task.slot);
                    let Some(slot) = slot.filter(|slot| slot.number == task.number) else {
                        continue;
                    };
                    slot.is_queued = false;
                    let (run, body) = (slot.run, slot.body.take());
                    state.busy_polls += 1;
                    state.polls += 1;
                    world.note(&mut state, Some(task.number), What::Polled);
                    match run {
                        None => state = step(&world, state, task, body),
                        Some(run) if run == self.number => return Ok(()),
                        Some(run) => {
                            state.driver = Some(run);
                            state.is_handed_over = true;
                            world.notify(&state);
                        }
                    }
                }
            }
        }
    }
}

/// Polls a task that any thread may poll.
fn step<'a>(
    world: &'a World,
    state: MutexGuard<'a, State>,
    task: Key,
    body: Option<Body>,
) -> MutexGuard<'a, State> {
    let Some(Body { mut future, waker }) = body else { return state };
    drop(state);
    local::set_polled(task, &waker);
    let poll = || future.as_mut().poll(&mut Context::from_waker(&waker));
    let polled = catch_unwind(AssertUnwindSafe(poll));
    if matches!(polled, Ok(Poll::Pending)) {
        let mut state = world.settled();
        // It is not there any more if the world was shut down meanwhile.
        let Some(slot) = state.tasks.get_mut(task.slot) else {
            drop(state);
            drop((future, waker));
            return world.settled();
        };
        slot.body = Some(Body { future, waker });
        return state;
    }
    drop((future, waker));
    let mut state = world.settled();
    end(world, &mut state, task);
    match polled {
        Ok(_) => state,
        Err(payload) => panicked(state, payload),
    }
}

/// A task of the engine never panics: it is one that was spawned on the driver itself.
fn panicked(state: MutexGuard<'_, State>, payload: Box<dyn Any + Send>) -> ! {
    drop(state);
    resume_unwind(payload)
}

fn end(world: &World, state: &mut State, task: Key) {
    // A world that was shut down has no tasks any more.
    state.tasks.try_remove(task.slot);
    world.note(state, Some(task.number), What::Ended);
}

impl Drop for Run {
    fn drop(&mut self) {
        let mut state = self.world.settled();
        local::replace(std::mem::take(&mut self.outside));
        end(&self.world, &mut state, self.task.key);
        state.runs -= 1;
        if state.driver == Some(self.number) {
            state.driver = None;
            state.is_handed_over = false;
        }
        // The call goes on, and the others stand still for it again.
        state.awaited.extend(self.call);
        if state.runs == 0 {
            state.failure = None;
        }
        self.world.notify(&state);
        let _ = &self.place;
    }
}
