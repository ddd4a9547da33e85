//! A timer of the virtual clock.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyrt_core::Sleep;

use crate::world::World;

/// A wait on the simulator's clock.
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
pub struct SimSleep {
    world: Arc<World>,
    /// Nanoseconds since the start; the last of them is never.
    deadline: u64,
    /// Its place among the timers of that moment.
    timer: Option<usize>,
}

impl SimSleep {
    pub(crate) fn until(world: Arc<World>, deadline: u64) -> Self {
        Self { world, deadline, timer: None }
    }

    fn forget(&mut self) {
        // One that the clock has passed was taken out as it fired.
        if let Some(place) = self.timer.take()
            && self.deadline > self.world.offset()
        {
            // Dropped after the lock is released.
            let _waker = self.world.state().timers.remove(self.deadline, place);
        }
    }
}

impl Future for SimSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.deadline <= this.world.offset() {
            return Poll::Ready(());
        }
        if this.deadline == u64::MAX {
            return Poll::Pending;
        }
        let mut state = this.world.state();
        // The clock may have moved before the lock was there.
        if this.deadline <= this.world.offset() {
            return Poll::Ready(());
        }
        let old = match this.timer.and_then(|place| state.timers.waker_mut(this.deadline, place)) {
            Some(waker) if waker.will_wake(cx.waker()) => None,
            Some(waker) => Some(std::mem::replace(waker, cx.waker().clone())),
            None => {
                this.timer = Some(state.timers.insert(this.deadline, cx.waker().clone()));
                // Whoever has nothing to do may have to look at the clock.
                this.world.notify(&state);
                None
            }
        };
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Sleep for SimSleep {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.forget();
        self.deadline = self.world.offset_of(deadline);
    }
}

impl Drop for SimSleep {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Debug for SimSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.deadline.saturating_sub(self.world.offset());
        f.debug_struct("SimSleep").field("left", &Duration::from_nanos(left)).finish()
    }
}
