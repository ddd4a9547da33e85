//! What is done when nothing can run.
//!
//! In this order: whoever waits for that moment is woken; the clock jumps to the next timer; threads
//! that the simulator does not run get some real time; then it is a deadlock.
//!
//! # Invariants
//!
//! - The clock never moves while something can run, or while a call is out that is waited for.
//! - Without autojump the clock moves only as far as somebody advances it.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard};
use std::task::Waker;

use anyrt_core::task_tree::TaskTree;

use crate::error::{Cause, SimError};
use crate::world::{State, World, nanos};

/// Those who wait for the moment in which nothing can run.
#[derive(Default)]
pub(crate) struct Waits {
    next: u64,
    /// In the order in which they came.
    pub(crate) idle: BTreeMap<u64, Waker>,
    /// How far the clock may go if it does not jump by itself, for each who advances it.
    pub(crate) targets: BTreeMap<u64, u64>,
}

impl Waits {
    pub(crate) fn next_key(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// Finds something to do, or fails.
pub(crate) fn idle<'a>(
    world: &'a Arc<World>,
    mut state: MutexGuard<'a, State>,
    wakers: &mut Vec<Waker>,
) -> MutexGuard<'a, State> {
    if !state.waits.idle.is_empty() {
        wakers.extend(std::mem::take(&mut state.waits.idle).into_values());
        return wake(world, state, wakers);
    }
    let farthest = if world.config.has_autojump {
        u64::MAX
    } else {
        state.waits.targets.values().copied().max().unwrap_or(0)
    };
    let next = state.timers.next_at();
    if let Some(at) = next.filter(|at| *at <= farthest) {
        if at > nanos(world.config.time_limit) {
            return fail(world, state, Cause::TimeLimit(world.config.time_limit));
        }
        world.move_clock(&mut state, at, wakers);
        return wake(world, state, wakers);
    }
    if state.calls_out > 0 {
        return world.wait(state, None).0;
    }
    let (state, is_late) = world.wait(state, Some(world.config.grace));
    let has_news = !state.ready.is_empty() || state.calls_out > 0 || state.failure.is_some();
    if is_late && !has_news {
        let cause = if next.is_some() { Cause::ClockStands } else { Cause::Deadlock };
        return fail(world, state, cause);
    }
    state
}

fn wake<'a>(
    world: &'a World,
    state: MutexGuard<'a, State>,
    wakers: &mut Vec<Waker>,
) -> MutexGuard<'a, State> {
    drop(state);
    wakers.drain(..).for_each(Waker::wake);
    world.state()
}

/// Ends the simulation.
pub(crate) fn fail<'a>(
    world: &'a World,
    state: MutexGuard<'a, State>,
    cause: Cause,
) -> MutexGuard<'a, State> {
    let (polls, tasks, trace) = (state.polls, state.tasks.len(), state.trace.clone());
    // The tree asks the clocks of all backends.
    drop(state);
    let error = SimError {
        cause,
        seed: world.config.seed,
        at: world.elapsed(),
        polls,
        tasks,
        tree: TaskTree::look().to_string(),
        trace,
    };
    let mut state = world.state();
    state.failure.get_or_insert(error);
    world.notify(&state);
    state
}
