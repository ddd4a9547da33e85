//! A barrier that is used again and again.
//!
//! # Invariants
//!
//! - Whoever comes stands in the queue. As soon as enough stand there that are not cancelled, so many
//!   are released, in order, as one round; one that leaves the queue before has not come (law L8).
//! - The first of a round that learns of its release leads it. So a round has a leader if anybody of it
//!   is there to lead.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::queued::{Asking, Gate, Queued, Supply};
use crate::deferred::Deferred;
use crate::wait_list::WaitList;
use crate::waiting::Wait;

/// A place where tasks wait for each other, always so many.
///
/// It needs no runtime and fits into a `static`. It releases exactly `n` at once, in the order in
/// which they came, again and again, also if some that waited were cancelled (laws F1, L8).
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::Barrier;
///
/// static START: Barrier = Barrier::new(2);
///
/// # use futures_executor::block_on;
/// let other = std::thread::spawn(|| block_on(START.wait()));
/// let one = block_on(START.wait());
/// let other = other.join().unwrap();
/// assert_ne!(one.is_leader(), other.is_leader());
/// ```
pub struct Barrier {
    queued: Queued<Rounds>,
}

pub(crate) struct Rounds {
    size: usize,
    next: u64,
    /// Those of which somebody does not know yet that he is released.
    open: Vec<Round>,
}

struct Round {
    number: u64,
    has_leader: bool,
    left: usize,
}

impl Rounds {
    /// Counts one of a round that has learned of its release, or has left.
    fn leave(&mut self, number: u64, leads: bool) -> bool {
        let at = self.open.iter().position(|round| round.number == number);
        let at = at.unwrap_or_else(|| unreachable!("a round is open until all have left it"));
        let round = &mut self.open[at];
        round.left -= 1;
        let is_leader = leads && !round.has_leader;
        round.has_leader |= leads;
        if round.left == 0 {
            self.open.swap_remove(at);
        }
        is_leader
    }
}

impl Supply for Rounds {
    /// The number of the round, once there is one.
    type Ask = u64;
    type Taken = BarrierWaitResult;

    const WAIT: Wait = Wait::Barrier;
    const GATHERS: bool = true;

    /// Also the last one of a round enters the queue.
    fn set_aside(&mut self, _: &mut u64) -> bool {
        false
    }

    fn hand_out(&mut self, round: u64) -> BarrierWaitResult {
        BarrierWaitResult { is_leader: self.leave(round, true) }
    }

    fn put_back(&mut self, round: u64) {
        self.leave(round, false);
    }

    fn settle(&mut self, waiters: &mut WaitList<u64>, deferred: &mut Deferred) {
        while let Some(together) = waiters.first_eligible_many(self.size, deferred) {
            let number = self.next;
            self.next += 1;
            self.open.push(Round { number, has_leader: false, left: together.len() });
            for key in together {
                *waiters.data_mut(key) = number;
                waiters.serve(key, deferred);
            }
        }
    }
}

impl Gate for Barrier {
    type Supply = Rounds;

    fn queued(&self) -> &Queued<Rounds> {
        &self.queued
    }
}

impl Barrier {
    /// Makes a barrier that releases `n` at once; 0 is taken for 1.
    pub const fn new(n: usize) -> Self {
        let size = if n == 0 { 1 } else { n };
        Self { queued: Queued::new(Rounds { size, next: 0, open: Vec::new() }) }
    }

    /// Waits until `n` wait, this one among them.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** when dropped: it does not count then, and the others wait for one more. One
    /// that was released already was one of the `n` (law L8).
    pub fn wait(&self) -> BarrierWait<'_> {
        BarrierWait { asking: Asking::new(self, 0) }
    }

    /// Waits until `n` wait, and keeps the barrier alive meanwhile.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** when dropped: it does not count then.
    pub fn wait_owned(self: Arc<Self>) -> BarrierWaitOwned {
        BarrierWaitOwned { asking: Asking::new(self, 0) }
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> BarrierStatistics {
        self.queued.look(|rounds, in_queue| {
            let released: usize = rounds.open.iter().map(|round| round.left).sum();
            BarrierStatistics { size: rounds.size, waiting: in_queue - released, released }
        })
    }
}

impl Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BarrierStatistics { size, waiting, released } = self.statistics();
        f.debug_struct("Barrier")
            .field("size", &size)
            .field("waiting", &waiting)
            .field("released", &released)
            .finish()
    }
}

/// What a barrier tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BarrierStatistics {
    /// How many it releases at once (law L8).
    pub size: usize,
    /// Those that wait for others to come.
    pub waiting: usize,
    /// Those that were released but not polled yet.
    pub released: usize,
}

/// What a wait at a barrier gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarrierWaitResult {
    is_leader: bool,
}

impl BarrierWaitResult {
    /// Tells whether this is the one of those released together that leads.
    ///
    /// There is exactly one among those whose wait has returned (law L8).
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}

/// The future of [`Barrier::wait`].
///
/// Those that came first are released first (law F1).
///
/// # Cancel safety
///
/// **Loses its place** when dropped: it does not count then.
#[derive(Debug)]
#[must_use = "nothing waits unless this is awaited"]
pub struct BarrierWait<'a> {
    asking: Asking<&'a Barrier>,
}

impl Future for BarrierWait<'_> {
    type Output = BarrierWaitResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<BarrierWaitResult> {
        self.asking.poll(cx).map(|(_, result)| result)
    }
}

/// The future of [`Barrier::wait_owned`].
///
/// Those that came first are released first (law F1).
///
/// # Cancel safety
///
/// **Loses its place** when dropped: it does not count then.
#[derive(Debug)]
#[must_use = "nothing waits unless this is awaited"]
pub struct BarrierWaitOwned {
    asking: Asking<Arc<Barrier>>,
}

impl Future for BarrierWaitOwned {
    type Output = BarrierWaitResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<BarrierWaitResult> {
        self.asking.poll(cx).map(|(_, result)| result)
    }
}
