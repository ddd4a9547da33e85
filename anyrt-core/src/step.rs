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
use std::task::{Context, Poll};

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
pub(crate) fn step<T>(
    node: &Arc<Node>,
    inquiry: &mut Inquiry,
    cx: &mut Context<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Step<T> {
    let _span = node.span.enter();
    node.mark_polled();
    if !node.is_effective() {
        inquiry.forget();
        if let Poll::Ready(value) = poll(cx) {
            return Step::Ready(value);
        }
        node.waker.register_once(&mut inquiry.registered, cx.waker());
        if !node.is_effective() {
            return Step::Pending;
        }
    }

    let polled = if node.is_outermost() {
        let waker = inquiry.waker(cx.waker());
        node.waker.register_once(&mut inquiry.registered, &waker);
        poll(&mut Context::from_waker(&waker))
    } else {
        inquiry.forget();
        node.waker.register_once(&mut inquiry.registered, cx.waker());
        poll(cx)
    };
    if let Poll::Ready(value) = polled {
        return Step::Ready(value);
    }
    if !node.is_effective() {
        return Step::Pending;
    }
    if node.holder().is_some() {
        if !node.is_outermost() {
            return Step::Pending;
        }
        if let Finding::Held = inquiry.conclude(node, cx.waker()) {
            return Step::Pending;
        }
    }
    if node.strike().is_some() {
        return Step::Cut;
    }
    // A shield was raised meanwhile: the body goes on, also where a leaf was not polled.
    node.catch_up();
    cx.waker().wake_by_ref();
    Step::Pending
}
