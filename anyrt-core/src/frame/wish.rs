//! When a task wants to be woken: the earliest deadline of the scopes that were polled in it.
//!
//! Most timeouts end long before their deadline. So a scope makes no timer of its own where its task
//! has one for all ([`Alarm`](crate::alarm::Alarm)): it says when it wants to be woken each time it
//! stays pending, and the task looks at that when its own poll is over.
//!
//! # Invariants
//!
//! - A wish is heard only if what is polled has the waker of its task: else being woken there would
//!   not lead to this poll. A group's body that is polled with another waker than its task's, or in no
//!   task, is as a task in this.
//! - There is one wish on a thread. It belongs to the task with that waker, which takes it before its
//!   poll ends, also if it ends in a panic; a task that is polled inside another's poll finds the place
//!   taken and makes do without.

use std::cell::Cell;
use std::task::Waker;
use std::time::Instant;

use super::{Frame, identity, read};
use crate::sys::thread_local;

/// What the scopes of a task have asked for in one poll.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    /// The earliest deadline.
    pub(crate) at: Instant,
    /// The latest look at the clock.
    pub(crate) now: Instant,
    /// Tells the waker of the task.
    pub(crate) waker: usize,
}

impl Wish {
    pub(crate) fn of(waker: &Waker, at: Instant, now: Instant) -> Self {
        Self { at, now, waker: identity(waker) }
    }
}

thread_local! {
    static WISH: Cell<Option<Wish>> = const { Cell::new(None) };
}

/// Asks the task to have itself woken at an instant; `now` is the time of this poll.
///
/// False if it will not be.
#[inline]
pub(crate) fn wish(waker: &Waker, at: Instant, now: Instant) -> bool {
    let waker = identity(waker);
    // Where nobody has an alarm it is 0, as is the identity of a waker that does nothing.
    if waker == 0 || read(|place| place.alarm_waker == waker) != Some(true) {
        return false;
    }
    let join = |wish: &Cell<Option<Wish>>| {
        let joined = match wish.get() {
            Some(other) if other.waker != waker => return false,
            Some(other) => Wish { at: at.min(other.at), now: now.max(other.now), waker },
            None => Wish { at, now, waker },
        };
        wish.set(Some(joined));
        true
    };
    WISH.try_with(join).unwrap_or(false)
}

impl Frame {
    /// Takes what was asked for in the last poll of this frame, of a task.
    #[inline]
    pub(crate) fn take_wish(&self) -> Option<Wish> {
        let take = |wish: &Cell<Option<Wish>>| {
            let own = wish.get().filter(|wish| wish.waker == self.waker)?;
            wish.set(None);
            Some(own)
        };
        WISH.try_with(take).ok().flatten()
    }

    /// Takes what was asked for in the last poll of this frame, of a group's body, unless it is for the
    /// task around it to take.
    #[inline]
    pub(crate) fn take_wish_of_body(&self) -> Option<Wish> {
        if read(|place| place.alarm_waker) == Some(self.waker) { None } else { self.take_wish() }
    }
}
