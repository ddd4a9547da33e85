//! A timer of the virtual clock.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyrt_core::Sleep;

use crate::local;
use crate::timers::Sleeper;
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
    place: Option<usize>,
}

impl SimSleep {
    #[inline]
    pub(crate) fn until(world: Arc<World>, deadline: u64) -> Self {
        Self { world, deadline, place: None }
    }

    #[inline]
    fn forget(&mut self) {
        // One that the clock has passed was taken out as it fired.
        if let Some(place) = self.place.take()
            && self.deadline > self.world.offset()
        {
            // Dropped after the lock is released.
            let _sleeper = self.world.state().timers.remove(self.deadline, place);
        }
    }
}

impl Future for SimSleep {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.deadline <= this.world.offset() {
            return Poll::Ready(());
        }
        if this.deadline == u64::MAX {
            return Poll::Pending;
        }
        let polled = local::polled_with(&this.world, cx.waker());
        let mut state = this.world.state();
        // The clock may have moved before the lock was there.
        if this.deadline <= this.world.offset() {
            return Poll::Ready(());
        }
        let known = this.place.and_then(|place| state.timers.sleeper_mut(this.deadline, place));
        let is_known = match (&known, polled) {
            (Some(Sleeper::Task(known)), Some(task)) => *known == task,
            (Some(Sleeper::Other(waker)), None) => waker.will_wake(cx.waker()),
            _ => false,
        };
        if is_known {
            return Poll::Pending;
        }
        let sleeper = polled.map_or_else(|| Sleeper::Other(cx.waker().clone()), Sleeper::Task);
        let old = match known {
            Some(known) => Some(std::mem::replace(known, sleeper)),
            None => {
                this.place = Some(state.timers.insert(this.deadline, sleeper));
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
    #[inline]
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
