//! The one timer of a task, for all timeouts in it; or of a group that no task polls.
//!
//! # Invariants
//!
//! - It ends at or before the earliest deadline that was asked for in the last poll. So it is not touched
//!   while it still runs, and later deadlines than its own are asked for: most timeouts find it
//!   set already, and cost no timer.
//! - It may end when nobody asks for that any more. Then its task is polled once for nothing.
//! - One poll sets the timer, as a driver promises: where it serves, it is not polled again.
//! - It was polled with the waker of the last poll in which something was asked for.

use std::pin::Pin;
use std::task::Context;
use std::time::Instant;

use crate::backend::Sleep;
use crate::driver::{Driver, ErasedBackend};
use crate::frame::Wish;

pub(crate) struct Alarm {
    at: Instant,
    /// Tells the waker that it wakes.
    waker: usize,
    timer: Pin<Box<dyn Sleep>>,
}

impl Alarm {
    /// Has the task woken when it wishes; `alarm` is made for the first wish.
    #[inline]
    pub(crate) fn set(
        alarm: &mut Option<Box<Self>>,
        wish: Wish,
        backend: &ErasedBackend,
        cx: &mut Context<'_>,
    ) {
        match alarm {
            Some(alarm) if alarm.serves(wish) => {}
            Some(alarm) => {
                alarm.timer.as_mut().reset(wish.at);
                alarm.start(wish, cx);
            }
            None => {
                let timer = backend.sleep_until(wish.at);
                let mut new = Box::new(Self { at: wish.at, waker: wish.waker, timer });
                new.start(wish, cx);
                *alarm = Some(new);
            }
        }
    }

    /// Whether it still runs, ends early enough, and wakes whom it should.
    #[inline]
    fn serves(&self, wish: Wish) -> bool {
        wish.now < self.at && self.at <= wish.at && self.waker == wish.waker
    }

    #[inline(never)]
    fn start(&mut self, wish: Wish, cx: &mut Context<'_>) {
        self.at = wish.at;
        self.waker = wish.waker;
        if self.timer.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }
}
