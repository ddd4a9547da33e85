//! The future of a scope: poll the body, then drop it if the cancellation struck.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::CancelScope;
use super::deadline::Deadline;
use crate::driver::{Driver, ErasedBackend};
use crate::error::Cancelled;
use crate::frame::{self, ScopeFrame};
use crate::seat::{Seat, drop_body, resume_if_calm};
use crate::source::Source;
use crate::step::{Step, step};
use crate::tree::Inquiry;

pin_project! {
    /// The future of [`CancelScope::run`].
    ///
    /// A cancelled future is dropped where it waits: code after that never runs (law C6).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as the future inside is.
    #[must_use = "a scope does nothing unless its run is awaited"]
    pub struct RunScope<D, F>
    where
        D: Driver,
    {
        seat: Seat,
        frame: ScopeFrame,
        inquiry: Inquiry,
        timeout: Option<Duration>,
        source: Source<D>,
        #[pin]
        deadline: Deadline<D>,
        #[pin]
        body: Option<F>,
    }

    impl<D, F> PinnedDrop for RunScope<D, F>
    where
        D: Driver,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let dropped = drop_body(this.body, |drop| this.frame.enter_shielded(drop));
            this.seat.node.release();
            resume_if_calm(dropped);
        }
    }
}

impl<D: Driver, F> RunScope<D, F> {
    pub(super) fn new(scope: CancelScope<D>, body: F) -> Self {
        let CancelScope { node, timeout, source } = scope;
        Self {
            frame: ScopeFrame::new(node.clone()),
            seat: Seat::new(node),
            inquiry: Inquiry::default(),
            timeout,
            source,
            deadline: Deadline::new(),
            body: Some(body),
        }
    }
}

impl<D: Driver, F: Future> Future for RunScope<D, F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let is_first = this.seat.settle();
        let node = this.seat.node.clone();
        if this.body.is_none() {
            // Cut, and an outer scope was to resolve it; unless this one was moved away from there.
            node.refuse_late_poll(true);
            return poll_exit(this.seat, cx);
        }
        if is_first {
            if let Source::Given(driver) = &*this.source
                && frame::with_backend(|_| ()).is_none()
            {
                this.frame.bring_backend(ErasedBackend::new(driver.clone()));
            }
            this.deadline.as_mut().start(&node, *this.timeout, this.source);
        }
        if !node.is_called() && this.deadline.as_mut().has_passed(&node, this.source) {
            node.expire();
        }
        loop {
            let stepped =
                step(&node, this.inquiry, cx, |cx| match this.body.as_mut().as_pin_mut() {
                    Some(body) => this.frame.enter(cx, |cx| body.poll(cx)),
                    None => Poll::Pending,
                });
            match stepped {
                Step::Ready(value) => {
                    let dropped = drop_body(this.body, |drop| this.frame.enter_shielded(drop));
                    node.release();
                    resume_if_calm(dropped);
                    return Poll::Ready(Ok(value));
                }
                Step::Pending => {
                    if node.is_called()
                        || this.deadline.as_mut().poll(&node, this.source, cx).is_pending()
                    {
                        return Poll::Pending;
                    }
                    node.expire();
                }
                Step::Cut => {
                    let dropped = drop_body(this.body, |drop| this.frame.enter_shielded(drop));
                    if dropped.is_err() {
                        node.release();
                        resume_if_calm(dropped);
                    }
                    return poll_exit(this.seat, cx);
                }
            }
        }
    }
}

/// Once the body is cut: the error, or the wait for an outer scope that gives it.
fn poll_exit<T>(seat: &Seat, cx: &Context<'_>) -> Poll<Result<T, Cancelled>> {
    let node = &seat.node;
    if !node.resolves() {
        node.park(cx.waker());
        return Poll::Pending;
    }
    node.set_caught();
    let reason = node.reason();
    node.release();
    Poll::Ready(Err(Cancelled::new(reason)))
}

impl<D: Driver, F> Debug for RunScope<D, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunScope")
            .field("node", &self.seat.node)
            .field("deadline", &self.seat.node.deadline())
            .field("has_body", &self.body.is_some())
            .finish()
    }
}
