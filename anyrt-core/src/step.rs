//! Poll, then drop: the one place that decides whether a body is cut.
//!
//! # Invariants
//!
//! - After a pending poll the waker is registered first and the flag is read after it, while a
//!   cancellation sets the flag first and wakes after: it is either seen or wakes. A body that is
//!   ready at once registers nothing, and one that is polled with the waker of its last poll finds it
//!   in its place.
//! - A body that completes wins over any cancellation (law C11).
//! - A body is cut only after a poll that began when its scope was cancelled already: every leaf
//!   that is polled in it has left its queue, so what is cut has done nothing (law P1).
//! - It is not cut while something holds it open that somebody still polls (see the holders).

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::tree::{Finding, Inquiry, Node};

pub(crate) enum Step<T> {
    /// The body gave its value.
    Ready(T),
    /// It goes on.
    Pending,
    /// It is cancelled for good: the caller drops it.
    Cut,
}

/// Polls a body for its node: once, or once more if it was cancelled during that.
#[inline]
pub(crate) fn step<T>(
    node: &Arc<Node>,
    inquiry: &mut Inquiry,
    cx: &mut Context<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Step<T> {
    let _span = node.span.enter();
    node.mark_polled();
    let mut is_cancelled = node.is_effective();
    loop {
        let recorder = if is_cancelled { prepare(node, inquiry, cx.waker()) } else { None };
        if recorder.is_none() {
            inquiry.forget();
        }
        let waker = recorder.as_ref().unwrap_or(cx.waker());
        if let Poll::Ready(value) = poll(&mut Context::from_waker(waker)) {
            return Step::Ready(value);
        }
        if is_cancelled {
            return conclude(node, inquiry, cx.waker());
        }
        is_cancelled = must_look_again(node, inquiry, cx.waker());
        if !is_cancelled {
            return Step::Pending;
        }
    }
}

/// Registers the waker after a poll in which a body stayed pending; tells whether it was cancelled
/// meanwhile, and is to be polled once more.
#[inline]
pub(crate) fn must_look_again(node: &Arc<Node>, inquiry: &mut Inquiry, waker: &Waker) -> bool {
    node.register_once(&mut inquiry.registered, waker);
    node.is_effective()
}

/// Registers the waker before the poll of a cancelled body; gives the one to poll it with, if it is
/// another.
#[cold]
fn prepare(node: &Arc<Node>, inquiry: &mut Inquiry, waker: &Waker) -> Option<Waker> {
    let may_ask = inquiry.is_recording() || node.has_children();
    let recorder = (may_ask && node.is_outermost()).then(|| inquiry.waker(waker));
    let registered = recorder.as_ref().unwrap_or(waker);
    node.register_once(&mut inquiry.registered, registered);
    recorder
}

/// Decides after a poll in which a cancelled body stayed pending.
#[cold]
fn conclude<T>(node: &Arc<Node>, inquiry: &mut Inquiry, waker: &Waker) -> Step<T> {
    if !node.is_effective() {
        return Step::Pending;
    }
    if node.holder().is_some() {
        if !node.is_outermost() {
            return Step::Pending;
        }
        if !inquiry.is_recording() {
            inquiry.waker(waker);
            waker.wake_by_ref();
            return Step::Pending;
        }
        if let Finding::Held = inquiry.conclude(node, waker) {
            return Step::Pending;
        }
    }
    if node.strike().is_some() {
        return Step::Cut;
    }
    // A shield was raised meanwhile: the body goes on, also where a leaf was not polled.
    node.catch_up();
    waker.wake_by_ref();
    Step::Pending
}
