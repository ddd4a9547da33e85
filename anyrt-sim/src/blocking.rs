//! Blocking calls: a thread each, while the world stands still.
//!
//! # Invariants
//!
//! - A call is picked like a task, and one at a time: until it ends, nothing else is picked. So what it
//!   does has one place in the order of the run, though it is done by another thread.
//! - A call that waits for the world itself would wait for ever. One that comes back into it with
//!   `block_on` gives its place up as long as that takes. Of others it is guessed: who is not done
//!   after the patience of the configuration is waited for no longer.

use std::sync::Arc;
use std::thread;

use crate::place::Place;
use crate::sleep::SimSleep;
use crate::trace::What;
use crate::world::{State, World, nanos};

/// A blocking call that has not begun.
pub(crate) struct Job {
    number: u64,
    closure: Box<dyn FnOnce() + Send>,
}

/// Takes a call, which begins when it is picked, or so much later as the configuration says.
pub(crate) fn submit(world: &Arc<World>, closure: Box<dyn FnOnce() + Send>) {
    let (least, most) = world.config.blocking_latency.clone().into_inner();
    let mut state = world.state();
    let number = state.next_number;
    state.next_number += 1;
    let span = nanos(most.saturating_sub(least));
    let latency = nanos(least) + if span == 0 { 0 } else { state.random.below(span + 1) };
    drop(state);
    let job = Job { number, closure };
    if latency == 0 {
        return world.queue(job);
    }
    let there = world.clone();
    let sleep = SimSleep::until(there.clone(), world.offset() + latency);
    world.spawn(Box::pin(async move {
        sleep.await;
        there.queue(job);
    }));
}

/// Has a thread run the call.
pub(crate) fn begin(world: &Arc<World>, state: &mut State, job: Job) {
    let Job { number, closure } = job;
    state.awaited.push(number);
    state.calls_out += 1;
    world.note(state, Some(number), What::BlockingBegan);
    let there = Ending { world: world.clone(), number };
    let run = move || {
        let _there = there;
        let _place = Place { world: Some(_there.world.clone()), call: Some(number) }.enter();
        closure();
    };
    let name = "anyrt-sim-blocking".to_owned();
    thread::Builder::new().name(name).spawn(run).expect("the system has a thread for the call");
}

/// Says that the call is over, also if its closure panicked.
struct Ending {
    world: Arc<World>,
    number: u64,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.world.state();
        state.calls_out -= 1;
        state.awaited.retain(|number| *number != self.number);
        self.world.note(&mut state, Some(self.number), What::BlockingEnded);
        self.world.notify(&state);
    }
}
