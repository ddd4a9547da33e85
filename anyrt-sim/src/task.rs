//! A task: what its wakers know, and what the world keeps of it.
//!
//! # Invariants
//!
//! - A task is queued at most once. Whether it is, is known under the lock of the world alone: a waker only
//!   says whom it means. The mark is taken back before the poll, so that a wake-up during the poll queues
//!   the task again.
//! - Wakers outlive their tasks (law B6), and a slot is used again: a key is that of a task that lives only
//!   if the number is that of the slot.
//! - The world keeps the body, with a waker so that a poll makes none. Only the thread that drives takes
//!   it out, for a poll, and holds no lock meanwhile.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::local;
use crate::world::World;

pub(crate) type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Which task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) slot: usize,
    /// Counted from 0 in the order of spawning: the same in each run of a seed.
    pub(crate) number: u64,
}

/// What a waker knows.
pub(crate) struct Task {
    pub(crate) key: Key,
    pub(crate) world: Arc<World>,
}

/// What the world keeps of a task.
pub(crate) struct Slot {
    pub(crate) number: u64,
    /// The run whose outermost future it is; that run's thread polls it.
    pub(crate) run: Option<u64>,
    pub(crate) is_queued: bool,
    /// None of a run, and none while it is polled.
    pub(crate) body: Option<Body>,
}

/// What is polled, and with which waker.
pub(crate) struct Body {
    pub(crate) future: BoxFuture,
    pub(crate) waker: Waker,
}

impl Task {
    #[inline]
    fn queue(&self) {
        if !local::push(&self.world, self.key) {
            self.world.wake(self.key);
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.queue();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.queue();
    }
}
