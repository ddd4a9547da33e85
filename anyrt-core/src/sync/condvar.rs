//! A fair condition variable.
//!
//! # Invariants
//!
//! - A waiter enters the queue before it gives up its lock. So whoever changes the data under the lock
//!   and notifies after that finds it there: no wake-up is lost.
//! - A notification that nobody waits for is gone. One that was given to a waiter is its own until
//!   it has the lock again; a waiter that is cut or dropped before gives it to the next (law L6).
//! - What notifies all is not passed on: whoever waited then was notified, too.

mod wait;

use std::fmt::{self, Debug};

use super::mutex::Relock;
use super::queued::{Gate, Queued, Supply, serve_in_order};
use crate::deferred::Deferred;
use crate::leaf;
use crate::wait_list::WaitList;
use crate::waiting::Wait;

pub use wait::CondvarWait;

/// Where tasks wait until others say that data under a lock has changed.
///
/// It needs no runtime and fits into a `static`. It goes with any [`Mutex`](super::Mutex), and
/// waiters are woken in the order in which they came (law F1). Whoever is woken looks at the data
/// again: somebody else may have had the lock in between.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::{Condvar, Mutex};
///
/// static JOBS: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// static ADDED: Condvar = Condvar::new();
///
/// async fn next() -> Option<u32> {
///     let mut jobs = ADDED.wait_while(JOBS.lock().await, |jobs| jobs.is_empty()).await;
///     jobs.pop()
/// }
///
/// async fn add(job: u32) {
///     JOBS.lock().await.push(job);
///     ADDED.notify_one();
/// }
///
/// # futures_executor::block_on(async {
/// add(7).await;
/// assert_eq!(next().await, Some(7));
/// # });
/// ```
#[doc(alias = "Condition")]
pub struct Condvar {
    queued: Queued<Notifications>,
}

/// What is given out to those that wait now; between two changes there is nothing.
#[derive(Default)]
pub(crate) struct Notifications {
    ones: usize,
    is_all: bool,
}

/// How a waiter was notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notified {
    Alone,
    WithAll,
}

impl Supply for Notifications {
    type Ask = Notified;
    type Taken = Notified;

    const WAIT: Wait = Wait::Condition;

    fn set_aside(&mut self, notified: &mut Notified) -> bool {
        if self.is_all {
            *notified = Notified::WithAll;
            return true;
        }
        let is_one = self.ones > 0;
        self.ones -= usize::from(is_one);
        is_one
    }

    fn hand_out(&mut self, notified: Notified) -> Notified {
        notified
    }

    fn put_back(&mut self, notified: Notified) {
        if notified == Notified::Alone {
            self.ones += 1;
        }
    }

    fn settle(&mut self, waiters: &mut WaitList<Notified>, deferred: &mut Deferred) {
        serve_in_order(self, waiters, deferred);
        *self = Self::default();
    }
}

impl Gate for Condvar {
    type Supply = Notifications;

    fn queued(&self) -> &Queued<Notifications> {
        &self.queued
    }
}

impl Condvar {
    /// Makes a condition variable that nobody waits at.
    pub const fn new() -> Self {
        Self { queued: Queued::new(Notifications { ones: 0, is_all: false }) }
    }

    /// Gives up the lock, waits to be notified, and locks again.
    ///
    /// The guard may be borrowed or owned. Cut or dropped, it holds neither the lock nor a
    /// notification: that goes to the next (law L6).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and the lock with the guard.
    pub fn wait<G: Relock>(&self, guard: G) -> CondvarWait<'_, G> {
        CondvarWait::new(self, guard)
    }

    /// Waits as long as the condition holds of the data.
    ///
    /// It looks after each notification.
    ///
    /// It is a checkpoint also if the condition does not hold (law C1).
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and the lock with the guard (law L6).
    #[doc(alias = "wait_for")]
    pub async fn wait_while<G: Relock>(
        &self,
        mut guard: G,
        mut condition: impl FnMut(&mut G::Target) -> bool,
    ) -> G {
        leaf::checkpoint().await;
        while condition(guard.deref_mut()) {
            guard = self.wait(guard).await;
        }
        guard
    }

    /// Wakes the one that has waited longest, if there is one (law F1).
    ///
    /// Whether the caller holds the lock does not matter.
    #[doc(alias = "notify")]
    pub fn notify_one(&self) {
        self.queued.change_for_waiters(|notifications| notifications.ones = 1);
    }

    /// Wakes all that wait.
    ///
    /// They are woken in the order in which they came (law F1).
    pub fn notify_all(&self) {
        self.queued.change_for_waiters(|notifications| notifications.is_all = true);
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> CondvarStatistics {
        self.queued.look(|_, waiting| CondvarStatistics { waiting })
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}

impl Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").field("waiting", &self.statistics().waiting).finish()
    }
}

/// What a condition variable tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CondvarStatistics {
    /// The waiters.
    ///
    /// Those that were just notified but not polled yet are among them (law L6).
    pub waiting: usize,
}
