//! What every leaf operation does first: look whether it is cancelled, and whose turn it is.
//!
//! A leaf that has not committed to anything calls [`poll_turn`] before it touches anything. A
//! leaf that has committed (its permit is granted, its task has ended) completes without asking
//! (law C1). A leaf that waits in a queue already need not ask either: its scope drops it.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use crate::{budget, frame};

/// Pending if the operation is cut, or has to let others have their turn.
pub(crate) fn poll_turn(cx: &mut Context<'_>) -> Poll<()> {
    if frame::is_cut() {
        // No waker: the scope that was struck drops this future.
        return Poll::Pending;
    }
    if !budget::has_turn() {
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    Poll::Ready(())
}

/// A cancellation check and a chance for others to run.
pub(crate) async fn checkpoint() {
    poll_fn(|cx| {
        ready!(poll_turn(cx));
        budget::spend();
        Poll::Ready(())
    })
    .await;
}

/// A cancellation check, after which others run in any case.
pub(crate) async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if has_yielded {
            return Poll::Ready(());
        }
        ready!(poll_turn(cx));
        has_yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
