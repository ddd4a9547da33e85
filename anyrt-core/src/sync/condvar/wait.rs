//! The future of a wait at a condition variable.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{Condvar, Notified};
use crate::frame;
use crate::sync::mutex::Relock;
use crate::sync::queued::Asking;

/// The future of [`Condvar::wait`].
///
/// It gives the guard back. Cut or dropped, it holds neither the lock nor a notification (law L6).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and the lock with the guard.
#[must_use = "nothing waits unless this is awaited; the lock is held until then"]
pub struct CondvarWait<'a, G: Relock> {
    condvar: &'a Condvar,
    asking: Asking<&'a Condvar>,
    phase: Phase<G>,
    /// The notification, until the lock is there again.
    notified: Option<Notified>,
}

enum Phase<G: Relock> {
    /// Not in the queue yet.
    Holding(G),
    Waiting(G::Lock),
    Locking(G::Lock),
    Over,
}

impl<'a, G: Relock> CondvarWait<'a, G> {
    pub(super) fn new(condvar: &'a Condvar, guard: G) -> Self {
        let asking = Asking::new(condvar, Notified::Alone);
        Self { condvar, asking, phase: Phase::Holding(guard), notified: None }
    }

    /// Enters the queue, and gives up the lock then.
    fn poll_start(&mut self, cx: &mut Context<'_>, guard: G) {
        if self.asking.poll(cx).is_ready() {
            unreachable!("nobody is notified before it waits");
        }
        self.phase = if self.asking.is_waiting() {
            Phase::Waiting(guard.unlock())
        } else if frame::is_cancelled() {
            Phase::Locking(guard.unlock())
        } else {
            // It gave way to others, and will be polled again.
            Phase::Holding(guard)
        };
    }

    /// Takes the lock at once if that is possible: whoever was notified before it was cut is not cut.
    fn poll_notified(&mut self, cx: &mut Context<'_>, mut lock: G::Lock) -> Option<G> {
        let polled = self.asking.poll(cx);
        if let Poll::Ready((_, notified)) = polled {
            self.notified = Some(notified);
            if let Some(guard) = G::lock_now(&mut lock) {
                return Some(guard);
            }
        }
        // Cut, it misses what is notified from now on: should it be polled again, it looks at the data.
        self.phase = if polled.is_pending() && self.asking.is_waiting() {
            Phase::Waiting(lock)
        } else {
            Phase::Locking(lock)
        };
        None
    }

    fn pass_on(&mut self) {
        if self.notified.take() == Some(Notified::Alone) {
            self.condvar.notify_one();
        }
    }
}

impl<G: Relock> Future for CondvarWait<'_, G> {
    type Output = G;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<G> {
        let this = &mut *self;
        let guard = match std::mem::replace(&mut this.phase, Phase::Over) {
            Phase::Holding(guard) => {
                this.poll_start(cx, guard);
                return Poll::Pending;
            }
            Phase::Waiting(lock) => this.poll_notified(cx, lock),
            locking => {
                this.phase = locking;
                None
            }
        };
        let guard = match (guard, &mut this.phase) {
            (Some(guard), _) => guard,
            (None, Phase::Locking(lock)) => {
                let polled = Pin::new(lock).poll(cx);
                if polled.is_pending() && frame::is_cancelled() {
                    this.pass_on();
                }
                ready!(polled)
            }
            (None, Phase::Over) => panic!("a wait was polled after it had given the guard back"),
            (None, _) => return Poll::Pending,
        };
        this.notified = None;
        this.phase = Phase::Over;
        Poll::Ready(guard)
    }
}

// Nobody is given a pinned reference to the guard.
impl<G: Relock> Unpin for CondvarWait<'_, G> {}

impl<G: Relock> Drop for CondvarWait<'_, G> {
    fn drop(&mut self) {
        self.pass_on();
    }
}

impl<G: Relock> Debug for CondvarWait<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.phase {
            Phase::Holding(_) => "CondvarWait(not begun)",
            Phase::Waiting(_) => "CondvarWait(waiting)",
            Phase::Locking(_) => "CondvarWait(locking)",
            Phase::Over => "CondvarWait(over)",
        })
    }
}
