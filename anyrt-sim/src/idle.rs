//! What is done when nothing can run.
//!
//! In this order: whoever waits for that moment is woken; the clock jumps to the next timer; threads
//! that the simulator does not run get some real time; then it is a deadlock.
//!
//! # Invariants
//!
//! - The clock jumps only when nothing can run, and no call is out that is waited for. Who spins gets
//!   older slowly instead, after so many polls that no program makes without a wait by chance: else a
//!   loop would outrun its deadline (law D7).
//! - Without autojump the clock moves only as far as somebody advances it.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard};
use std::task::Waker;
use std::time::Duration;

use anyrt_core::task_tree::TaskTree;

use crate::error::{Cause, SimError};
use crate::world::{State, World, nanos};

/// So many polls at one instant take no time, unless it is said otherwise.
const FREE_POLLS: u64 = 100_000;

/// What each poll takes after them.
const BUSY_COST: Duration = Duration::from_micros(1);

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
        if !world.config.autojump_after.is_zero() {
            let distance = Duration::from_nanos(at.saturating_sub(world.offset()));
            let real = distance.min(world.config.autojump_after);
            let (now, is_late) = world.wait(state, Some(real));
            state = now;
            if !is_late || state.has_news() || state.timers.next_at() != Some(at) {
                return state;
            }
        }
        state.busy_polls = 0;
        world.move_clock(&mut state, at, wakers);
        return wake(world, state, wakers);
    }
    if state.calls_out > 0 {
        return world.wait(state, None).0;
    }
    let (state, is_late) = world.wait(state, Some(world.config.grace));
    if is_late && !state.has_news() && state.calls_out == 0 {
        let cause = if next.is_some() { Cause::ClockStands } else { Cause::Deadlock };
        return fail(world, state, cause);
    }
    state
}

/// Has a spinning world grow older: a poll takes time, in which timers may end.
pub(crate) fn age<'a>(
    world: &'a World,
    mut state: MutexGuard<'a, State>,
    wakers: &mut Vec<Waker>,
) -> MutexGuard<'a, State> {
    let least = if state.busy_polls > FREE_POLLS { BUSY_COST } else { Duration::ZERO };
    let cost = world.config.poll_cost.max(least);
    if cost.is_zero() || state.ready.is_empty() {
        return state;
    }
    let to = world.offset().saturating_add(nanos(cost));
    world.move_clock(&mut state, to, wakers);
    if wakers.is_empty() { state } else { wake(world, state, wakers) }
}

impl State {
    /// Whether something came from another thread that leads on.
    fn has_news(&self) -> bool {
        !self.ready.is_empty() || self.failure.is_some()
    }
}

fn wake<'a>(
    world: &'a World,
    state: MutexGuard<'a, State>,
    wakers: &mut Vec<Waker>,
) -> MutexGuard<'a, State> {
    drop(state);
    wakers.drain(..).for_each(Waker::wake);
    world.settled()
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
        tree: TaskTree::look_on(|backend| world.is_under(backend)).to_string(),
        trace,
    };
    let mut state = world.settled();
    state.failure.get_or_insert(error);
    world.notify(&state);
    state
}
