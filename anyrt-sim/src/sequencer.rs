//! Having tasks do things in the order that a test says.
//!
//! # Invariants
//!
//! - A turn is claimed at the first poll and given back if its future is dropped: then it is as if nobody
//!   had asked.
//! - The next turn is woken after the lock is released, when the guard of the one before is dropped.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use crate::lock::lock;

/// A test's order for the steps of several tasks, counted from 0.
///
/// Each step waits for its turn, and ends it when its [`Turn`] is dropped. It needs no simulation.
///
/// # Examples
///
/// ```
/// use anyrt_core::prelude::*;
/// use anyrt_sim::{Sequencer, Sim};
/// use futures_util::join;
///
/// let sequencer = Sequencer::new();
/// let order = std::sync::Mutex::new(Vec::new());
/// Sim::new(7).run(async {
///     let first = async {
///         let _turn = sequencer.turn(1).await.unwrap();
///         order.lock().unwrap().push("second");
///     };
///     let second = async {
///         let _turn = sequencer.turn(0).await.unwrap();
///         order.lock().unwrap().push("first");
///     };
///     join!(first, second);
/// });
/// assert_eq!(*order.lock().unwrap(), ["first", "second"]);
/// ```
#[derive(Default)]
pub struct Sequencer {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whose turn it is, or will be when the one before has ended.
    next: u32,
    /// Those who wait for theirs.
    claims: BTreeMap<u32, Waker>,
    has_begun: bool,
}

/// Why there is no such turn; the order of the test is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SequencerError {
    /// The turn is over, or another has it now.
    #[error("turn {0} is over or has begun: give each step a number of its own")]
    Passed(u32),
    /// Another waits for the same turn.
    #[error("turn {0} is waited for twice: give each step a number of its own")]
    Taken(u32),
}

impl Sequencer {
    /// Makes one whose next turn is 0.
    pub const fn new() -> Self {
        let state = State { next: 0, claims: BTreeMap::new(), has_begun: false };
        Self { state: Mutex::new(state) }
    }

    /// Waits until all turns before this one have ended.
    ///
    /// If one of them never comes, it waits for ever, and the simulation says that it is a deadlock.
    ///
    /// # Errors
    ///
    /// [`SequencerError`] if two steps ask for the same turn.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it gives the turn back, and it can be asked for again.
    pub fn turn(&self, number: u32) -> WaitForTurn<'_> {
        WaitForTurn { sequencer: self, number, has_claim: false }
    }
}

impl Debug for Sequencer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        let waiting: Vec<_> = state.claims.keys().collect();
        f.debug_struct("Sequencer")
            .field("next", &state.next)
            .field("has_begun", &state.has_begun)
            .field("waiting", &waiting)
            .finish()
    }
}

/// The future of [`Sequencer::turn`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it gives the turn back, and it can be asked for again.
#[derive(Debug)]
#[must_use = "a turn is not waited for unless it is awaited"]
pub struct WaitForTurn<'a> {
    sequencer: &'a Sequencer,
    number: u32,
    has_claim: bool,
}

impl<'a> Future for WaitForTurn<'a> {
    type Output = Result<Turn<'a>, SequencerError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { sequencer, number, .. } = *self;
        let mut state = lock(&sequencer.state);
        if !self.has_claim {
            if number < state.next || (number == state.next && state.has_begun) {
                return Poll::Ready(Err(SequencerError::Passed(number)));
            }
            if state.claims.contains_key(&number) {
                return Poll::Ready(Err(SequencerError::Taken(number)));
            }
            self.has_claim = true;
        }
        if number == state.next {
            state.has_begun = true;
            let old = state.claims.remove(&number);
            self.has_claim = false;
            drop(state);
            drop(old);
            return Poll::Ready(Ok(Turn { sequencer, number }));
        }
        let old = state.claims.insert(number, cx.waker().clone());
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for WaitForTurn<'_> {
    fn drop(&mut self) {
        if self.has_claim {
            // Dropped after the lock is released.
            let _claim = lock(&self.sequencer.state).claims.remove(&self.number);
        }
    }
}

/// A turn of a [`Sequencer`], which ends when this is dropped.
#[derive(Debug)]
#[must_use = "the turn ends when this is dropped"]
pub struct Turn<'a> {
    sequencer: &'a Sequencer,
    number: u32,
}

impl Turn<'_> {
    /// Tells which turn it is.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.sequencer.state);
        state.has_begun = false;
        state.next += 1;
        let next = state.next;
        let waker = state.claims.get(&next).cloned();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
