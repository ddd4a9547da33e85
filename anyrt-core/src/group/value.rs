//! The value of a child, for whoever goes down with the child.
//!
//! # Invariants
//!
//! - A child's end reaches its handle before it cancels the group, so that a waiter may learn of it
//!   first. It then does to the group what the child is about to do, and so finds itself cancelled.
//! - An error that cuts the waiter stays with the handle: a wait that is kept outside of its scope, and
//!   polled again after that, finds it again.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::TaskHandle;
use super::handle::is_cut_too;
use crate::error::{Reason, TaskError};

/// The future of [`TaskHandle::value`].
///
/// # Panics
///
/// Panics if there is no value, and the waiter is not cancelled with the child.
///
/// # Cancel safety
///
/// **Loses data** when dropped: the child's value goes with the handle. The child runs on
/// (law G9).
#[must_use = "the wait for a value does nothing unless it is awaited"]
pub struct JoinValue<T> {
    handle: TaskHandle<T>,
    is_waiting: bool,
}

impl<T> JoinValue<T> {
    pub(super) fn new(handle: TaskHandle<T>) -> Self {
        Self { handle, is_waiting: false }
    }

    /// Cancels whom the end of the child cancels; the child itself may not have come to that yet.
    fn cancel_with_child(&self, error: &TaskError) {
        let group = self.handle.node().own_group();
        match error {
            TaskError::Failed => group.cancel_siblings(),
            TaskError::Panicked(_) => group.cancel(Reason::Failure),
            TaskError::Cancelled(_) if group.was_killed() => group.cancel(Reason::Shutdown),
            TaskError::Cancelled(cancelled) if *cancelled.reason() == Reason::WindingUp => {
                group.cancel_background();
            }
            TaskError::Cancelled(_) => {}
        }
    }
}

impl<T: 'static> Future for JoinValue<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let error = match ready!(this.handle.poll_result(&mut this.is_waiting, cx)) {
            Ok(value) => return Poll::Ready(value),
            Err(error) => error,
        };
        this.cancel_with_child(&error);
        if !is_cut_too(cx) {
            panic!(
                "there is no value to wait for: {error}, and that does not cancel who waits here; await \
                 the handle itself, which gives an error (spawned at {})",
                this.handle.spawned_at()
            );
        }
        this.handle.put_back(error);
        this.is_waiting = false;
        Poll::Pending
    }
}

impl<T> Debug for JoinValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinValue").field(&self.handle).finish()
    }
}
