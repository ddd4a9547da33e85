//! What every waiting operation does: try, take a place in a queue, look again, leave.
//!
//! # Invariants
//!
//! - An operation has a place in a queue exactly while it has a key.
//! - One that is polled in a cancelled scope and is not committed leaves its queue before it is cut,
//!   so that nothing is taken from it or handed to it any more (law P1).
//! - A committed one completes without asking for its turn (law C1).
//! - The state's mutex is locked once for each poll, and no waker is called under it.

use std::task::{Context, Poll, Waker, ready};

use crate::deferred::Deferred;
use crate::lock::lock;
use crate::sys::Mutex;
use crate::waiting::Wait;
use crate::{budget, frame, leaf};

/// An operation that may have to wait, as its primitive knows it.
pub(super) trait Operation {
    type State;
    type Output;

    const WAIT: Wait;

    /// Does it at once, or takes a place in a queue and gives the key.
    fn begin(
        &mut self,
        state: &mut Self::State,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Result<Self::Output, usize>;

    /// Whether what it waits for is set aside for it.
    fn is_committed(&self, state: &Self::State, key: usize) -> bool;

    /// Looks again; the place is gone when it is ready.
    fn go_on(
        &mut self,
        state: &mut Self::State,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<Self::Output>;

    /// Leaves the queue; what was set aside for it passes on.
    fn leave(&mut self, state: &mut Self::State, key: usize, deferred: &mut Deferred);
}

/// The place of an operation in a queue, if it has one.
#[derive(Debug, Default)]
pub(super) struct Place(Option<usize>);

impl Place {
    pub(super) fn at(key: Option<usize>) -> Self {
        Self(key)
    }

    pub(super) fn key(&self) -> Option<usize> {
        self.0
    }

    pub(super) fn is_taken(&self) -> bool {
        self.0.is_some()
    }

    #[inline]
    pub(super) fn poll<O: Operation>(
        &mut self,
        operation: &mut O,
        shared: &Mutex<O::State>,
        cx: &mut Context<'_>,
    ) -> Poll<O::Output> {
        if let Some(key) = self.0
            && let Some(poll) = self.look_again(key, operation, shared, cx)
        {
            return poll;
        }
        ready!(leaf::poll_turn(cx));
        let mut deferred = Deferred::default();
        let begun = operation.begin(&mut lock(shared), cx.waker(), &mut deferred);
        deferred.run();
        match begun {
            Ok(output) => {
                budget::spend();
                Poll::Ready(output)
            }
            Err(key) => {
                self.0 = Some(key);
                leaf::wait(cx.waker(), O::WAIT);
                Poll::Pending
            }
        }
    }

    /// Gives `None` if it is cut, and waits no longer.
    fn look_again<O: Operation>(
        &mut self,
        key: usize,
        operation: &mut O,
        shared: &Mutex<O::State>,
        cx: &mut Context<'_>,
    ) -> Option<Poll<O::Output>> {
        let mut deferred = Deferred::default();
        let mut state = lock(shared);
        let is_cut = frame::is_cancelled() && !operation.is_committed(&state, key);
        let poll = if is_cut {
            operation.leave(&mut state, key, &mut deferred);
            None
        } else {
            Some(operation.go_on(&mut state, key, cx.waker(), &mut deferred))
        };
        drop(state);
        deferred.run();
        match &poll {
            Some(Poll::Pending) => leaf::wait(cx.waker(), O::WAIT),
            Some(Poll::Ready(_)) => {
                self.0 = None;
                budget::spend();
            }
            None => self.0 = None,
        }
        poll
    }

    /// Leaves the queue, if it stands in one.
    #[inline]
    pub(super) fn leave<O: Operation>(&mut self, operation: &mut O, shared: &Mutex<O::State>) {
        if let Some(key) = self.0.take() {
            let mut deferred = Deferred::default();
            operation.leave(&mut lock(shared), key, &mut deferred);
            deferred.run();
        }
    }
}
