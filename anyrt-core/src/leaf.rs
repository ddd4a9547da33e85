//! What every leaf operation does first: look whether it is cancelled, and whose turn it is.
//!
//! A leaf that has not committed to anything calls [`poll_turn`] before it touches anything. A
//! leaf that has committed (its permit is granted, its task has ended) completes without asking
//! (law C1). One that waits and is polled in a cancelled scope gives up its place, and asks again.
//!
//! # Invariants
//!
//! - A leaf that is cut leaves a waker. Mostly its scope drops it, but a future that is kept outside
//!   (in a `FuturesUnordered`, a `Shared`, behind a `&mut`) outlives the scope, and is polled again
//!   only if it is woken: when the scope that resolves the cancellation has ended.
//! - A leaf that waits and that its scope does not poll itself is woken when the scope is
//!   cancelled, so that it leaves its queue (law P4).

use std::future::poll_fn;
use std::task::{Context, Poll, Waker, ready};

use crate::waiting::{self, Wait};
use crate::{budget, frame};

/// Pending if the operation is cut, or has to let others have their turn.
#[inline]
pub(crate) fn poll_turn(cx: &mut Context<'_>) -> Poll<()> {
    if is_cut(cx.waker()) {
        return Poll::Pending;
    }
    if !budget::has_turn() {
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    Poll::Ready(())
}

/// Strikes if the code that runs now is cancelled: a leaf that gets true must not go on.
#[inline]
pub(crate) fn is_cut(waker: &Waker) -> bool {
    frame::is_cancelled() && strike(waker)
}

#[cold]
fn strike(waker: &Waker) -> bool {
    let Some(resolver) = frame::scope().and_then(|scope| scope.strike()) else { return false };
    resolver.wake_at_end(waker);
    true
}

/// Notes a leaf that begins to wait, and for what.
#[inline]
pub(crate) fn wait(waker: &Waker, wait: Wait) {
    waiting::note(wait);
    if !frame::is_polled_with(waker)
        && let Some(scope) = frame::scope()
    {
        scope.wake_when_cancelled(waker);
    }
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
