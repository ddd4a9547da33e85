//! The primitives that are the same on every backend, as their laws see them.
//!
//! A backend has no part in them but to run the tasks that use them, so the contract does not have
//! them. The laws ask for them through these traits, so that a saboteur can stand in for one.

mod channels;
mod rate;
mod sync;

use std::sync::Arc;

use anyrt_core::channel::{BroadcastSender, Queue, WatchSender};
use anyrt_core::sync::{Barrier, CapacityLimiter, Event};

pub use self::channels::{
    AnyBroadcast, AnyOneshot, AnyQueue, AnyWatch, CoreOneshot, CoreOneshotReceiver, Shown,
};
pub use self::rate::AnyRateLimiter;
pub use self::sync::{AnyBarrier, AnyCondition, AnyEvent, AnyLimiter, CoreCondition};

/// One of each.
pub trait Kit: 'static {
    /// Its event.
    type Event: AnyEvent;
    /// Its barrier.
    type Barrier: AnyBarrier;
    /// Its lock with a condition.
    type Condition: AnyCondition;
    /// Its limiter.
    type Limiter: AnyLimiter;
    /// Its channel for one value.
    type Oneshot: AnyOneshot;
    /// Its channel whose every receiver sees every item.
    type Broadcast: AnyBroadcast;
    /// Its channel that keeps the latest value.
    type Watch: AnyWatch;
    /// Its queue.
    type Queue: AnyQueue;
}

/// Those of `anyrt-core`.
#[derive(Debug)]
pub struct CoreKit;

impl Kit for CoreKit {
    type Event = Arc<Event>;
    type Barrier = Arc<Barrier>;
    type Condition = CoreCondition;
    type Limiter = Arc<CapacityLimiter>;
    type Oneshot = CoreOneshot;
    type Broadcast = BroadcastSender<u32>;
    type Watch = WatchSender<u32>;
    type Queue = Arc<Queue<u32>>;
}
