//! Something that happens once.
//!
//! # Invariants
//!
//! - The flag is set under the mutex of the queue, and never taken back. A waiter looks at the flag
//!   under the same mutex before it enters the queue, so no wake-up is lost between the two (law L8).

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::queued::{Asking, Gate, Queued, Supply};
use crate::waiting::Wait;

/// Something that happens once, and can be waited for before and after.
///
/// It needs no runtime and fits into a `static`. Once set it stays set, and no wake-up is lost (law
/// L8). For something that happens again and again, there is [`Condvar`](super::Condvar).
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::Event;
///
/// static READY: Event = Event::new();
///
/// # futures_executor::block_on(async {
/// assert!(!READY.is_set());
/// READY.set();
/// READY.wait().await;
/// assert!(READY.is_set());
/// # });
/// ```
#[doc(alias = "Notify")]
#[derive(Default)]
pub struct Event {
    queued: Queued<Flag>,
}

#[derive(Default)]
pub(crate) struct Flag {
    is_set: bool,
}

impl Supply for Flag {
    type Ask = ();
    type Taken = ();

    const WAIT: Wait = Wait::Event;

    fn set_aside(&mut self, (): &mut ()) -> bool {
        self.is_set
    }

    fn hand_out(&mut self, (): ()) {}

    fn put_back(&mut self, (): ()) {}
}

impl Gate for Event {
    type Supply = Flag;

    fn queued(&self) -> &Queued<Flag> {
        &self.queued
    }
}

impl Event {
    /// Makes an event that has not happened.
    pub const fn new() -> Self {
        Self { queued: Queued::new(Flag { is_set: false }) }
    }

    /// Says that it has happened, and wakes all that wait, in order.
    ///
    /// It may be called from any thread, any number of times.
    pub fn set(&self) {
        self.queued.change(|flag| flag.is_set = true);
    }

    /// Tells whether it has happened.
    pub fn is_set(&self) -> bool {
        self.queued.look(|flag, _| flag.is_set)
    }

    /// Waits until it has happened.
    ///
    /// It is a checkpoint also if it has (law C1).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It takes nothing that others wait for.
    pub fn wait(&self) -> EventWait<'_> {
        EventWait { asking: Asking::new(self, ()) }
    }

    /// Waits until it has happened, and keeps the event alive meanwhile.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It takes nothing that others wait for.
    pub fn wait_owned(self: Arc<Self>) -> EventWaitOwned {
        EventWaitOwned { asking: Asking::new(self, ()) }
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> EventStatistics {
        self.queued.look(|flag, waiting| EventStatistics { is_set: flag.is_set, waiting })
    }
}

impl Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EventStatistics { is_set, waiting } = self.statistics();
        f.debug_struct("Event").field("is_set", &is_set).field("waiting", &waiting).finish()
    }
}

/// What an event tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventStatistics {
    /// Whether it has happened; it stays so (law L8).
    pub is_set: bool,
    /// The waiters.
    ///
    /// Those that were just woken but not polled yet are among them.
    pub waiting: usize,
}

/// The future of [`Event::wait`].
///
/// It misses no wake-up (law L8).
///
/// # Cancel safety
///
/// **Safe.** It takes nothing that others wait for.
#[derive(Debug)]
#[must_use = "nothing waits unless this is awaited"]
pub struct EventWait<'a> {
    asking: Asking<&'a Event>,
}

impl Future for EventWait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.asking.poll(cx).map(|_| ())
    }
}

/// The future of [`Event::wait_owned`].
///
/// It misses no wake-up (law L8).
///
/// # Cancel safety
///
/// **Safe.** It takes nothing that others wait for.
#[derive(Debug)]
#[must_use = "nothing waits unless this is awaited"]
pub struct EventWaitOwned {
    asking: Asking<Arc<Event>>,
}

impl Future for EventWaitOwned {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.asking.poll(cx).map(|_| ())
    }
}
