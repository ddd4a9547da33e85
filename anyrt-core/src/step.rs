//! Poll, then drop: the one place that decides whether a body is cut.
//!
//! # Invariants
//!
//! - After a pending poll the waker is registered first and the flag is read after it, while a
//!   cancellation sets the flag first and wakes after: it is either seen or wakes. A body that is
//!   ready at once registers nothing.
//! - A body that completes wins over any cancellation (law C11).
//! - A pending body in a cancelled scope is cut, unless something holds it open that somebody
//!   still polls (see the invariants of the holders).

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::tree::{Node, Recorder, Round, Snapshot};

pub(crate) enum Step<T> {
    /// The body gave its value.
    Ready(T),
    /// It goes on.
    Pending,
    /// It is cancelled for good: the caller drops it.
    Cut,
}

/// Polls a body once for its node, or twice if that tells who still holds it open.
pub(crate) fn step<T>(
    node: &Arc<Node>,
    round: &mut Option<Round>,
    cx: &mut Context<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Step<T> {
    node.mark_polled();

    if !node.is_effective() {
        if let Poll::Ready(value) = poll(cx) {
            return Step::Ready(value);
        }
        node.waker.register(cx.waker());
        if !node.is_effective() {
            return Step::Pending;
        }
        if node.holders().is_empty() {
            return cut(node, cx);
        }
        // Cancelled during the pass: ask the holders in a pass of its own.
    }

    node.waker.register(cx.waker());
    let holders = node.holders();
    if holders.is_empty() {
        return match poll(cx) {
            Poll::Ready(value) => Step::Ready(value),
            Poll::Pending if !node.is_effective() => Step::Pending,
            Poll::Pending if node.holders().is_empty() => cut(node, cx),
            Poll::Pending => {
                // A holder began during the pass: look at it in the next one.
                cx.waker().wake_by_ref();
                Step::Pending
            }
        };
    }
    ask_holders(node, round, Snapshot::of(holders), cx, poll)
}

/// A pass in a cancelled scope that holders keep open.
fn ask_holders<T>(
    node: &Arc<Node>,
    round: &mut Option<Round>,
    before: Snapshot,
    cx: &mut Context<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Step<T> {
    let recorder = Recorder::new(cx.waker());
    let waker = Waker::from(recorder.clone());
    let recorded = &mut Context::from_waker(&waker);

    if let Poll::Ready(value) = poll(recorded) {
        return Step::Ready(value);
    }
    if !node.is_effective() {
        *round = None;
        return Step::Pending;
    }
    node.waker.register(cx.waker());
    let holders = node.holders();
    if holders.is_empty() {
        return cut(node, cx);
    }
    if round.is_none() {
        let silent: Vec<_> = holders.iter().filter(|holder| !before.saw(holder)).collect();
        if silent.is_empty() || recorder.was_woken() {
            return Step::Pending;
        }
        recorder.mute(true);
        for holder in silent {
            holder.waker.wake();
        }
        *round = Some(Round { since: before });
        recorder.forget();
        let polled = poll(recorded);
        recorder.mute(false);
        if let Poll::Ready(value) = polled {
            return Step::Ready(value);
        }
        if recorder.was_woken() {
            cx.waker().wake_by_ref();
            return Step::Pending;
        }
    } else if recorder.was_woken() {
        return Step::Pending;
    }

    // A quiet pass: who did not answer by now is polled by nobody.
    let Some(Round { since }) = round.take() else { return Step::Pending };
    let mut is_held = false;
    for holder in node.holders() {
        if since.saw(&holder) {
            is_held = true;
        } else {
            holder.set_stalled();
        }
    }
    if is_held { Step::Pending } else { cut(node, cx) }
}

fn cut<T>(node: &Arc<Node>, cx: &Context<'_>) -> Step<T> {
    if node.strike() {
        return Step::Cut;
    }
    // A shield was raised meanwhile: the body goes on, also where a leaf was not polled.
    cx.waker().wake_by_ref();
    Step::Pending
}
