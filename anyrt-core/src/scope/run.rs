//! The future of a scope: poll the body, then drop it if the cancellation struck.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use pin_project_lite::pin_project;

use super::CancelScope;
use super::deadline::Deadline;
use crate::driver::{Driver, ErasedBackend};
use crate::error::Cancelled;
use crate::frame::{self, ScopeFrame, Womb};
use crate::seat::{Seat, drop_body, resume_if_calm};
use crate::source::Source;
use crate::step::{Step, must_look_again, step};
use crate::tree::{Inquiry, Node};

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
        // None while the scope is unborn.
        live: Option<Box<Live>>,
        timeout: Option<Duration>,
        has_begun: bool,
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
            if this.body.is_some() || this.live.is_some() {
                resume_if_calm(end(this.body, this.live));
            }
        }
    }
}

/// What a scope with a node has.
struct Live {
    seat: Seat,
    frame: ScopeFrame,
    inquiry: Inquiry,
}

impl Live {
    fn new(seat: Seat) -> Box<Self> {
        let frame = ScopeFrame::new(seat.node.clone());
        Box::new(Self { seat, frame, inquiry: Inquiry::default() })
    }
}

/// Drops the body, hidden from every cancellation, and ends the life of the node if there is one.
fn end<F>(body: Pin<&mut Option<F>>, live: &mut Option<Box<Live>>) -> thread::Result<()> {
    match live {
        Some(live) => {
            let dropped = drop_body(body, |drop| live.frame.enter_shielded(drop));
            live.seat.node.release();
            dropped
        }
        None => drop_body(body, |drop| frame::shielded(drop)),
    }
}

impl<D: Driver, F> RunScope<D, F> {
    pub(super) fn new(scope: CancelScope<D>, body: F) -> Self {
        // A shield is a reason to have a node, and so is a span.
        if scope.is_shielded || cfg!(feature = "tracing") {
            scope.handle();
        }
        let CancelScope { node, timeout, deadline, source, .. } = scope;
        Self {
            live: node.into_inner().map(|node| Live::new(Seat::new(node))),
            timeout,
            has_begun: false,
            source,
            deadline: Deadline::new(deadline),
            body: Some(body),
        }
    }
}

/// What the poll of an unborn scope has come to.
enum Unborn<T> {
    Polled(Poll<T>),
    /// It has a node now: before its body was polled, or in that poll.
    Born {
        has_polled: bool,
    },
}

impl<D: Driver, F: Future> RunScope<D, F> {
    /// Polls the body without a node, as long as nothing needs one.
    fn poll_unborn(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Unborn<F::Output> {
        let mut this = self.project();
        let womb = Womb::find(cx.waker());
        let has_passed = womb.is_some()
            && if std::mem::replace(this.has_begun, true) {
                this.deadline.as_mut().has_passed(None, this.source)
            } else {
                this.deadline.as_mut().start(None, this.timeout.take(), this.source)
            };
        let deadline = this.deadline.at();
        let polled = match womb.filter(|_| !has_passed).zip(this.body.as_mut().as_pin_mut()) {
            Some((womb, body)) => {
                let (polled, born) = womb.enter(deadline, || body.poll(cx));
                *this.live = born.map(|node| Live::new(Seat::taken(node, womb.above())));
                Some(polled)
            }
            None => None,
        };
        if let Some(Poll::Ready(value)) = polled {
            resume_if_calm(end(this.body, this.live));
            *this.live = None;
            return Unborn::Polled(Poll::Ready(value));
        }
        if this.live.is_some() {
            return Unborn::Born { has_polled: true };
        }
        if polled.is_some()
            && !frame::is_cancelled()
            && this.deadline.as_mut().poll(None, this.source, cx).is_pending()
        {
            return Unborn::Polled(Poll::Pending);
        }
        let node = Node::scope();
        node.init_deadline(deadline);
        *this.live = Some(Live::new(Seat::new(node)));
        Unborn::Born { has_polled: false }
    }
}

impl<D: Driver, F: Future> Future for RunScope<D, F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut has_polled = false;
        if self.live.is_none() {
            if self.body.is_none() {
                Node::refuse_polls();
            }
            match self.as_mut().poll_unborn(cx) {
                Unborn::Polled(polled) => return polled.map(Ok),
                Unborn::Born { has_polled: already } => has_polled = already,
            }
        }
        let mut this = self.project();
        let Some(live) = this.live else { unreachable!("a scope that is born has a node") };
        let Live { seat, frame, inquiry } = &mut **live;
        seat.settle();
        let seat = &*seat;
        let node = &seat.node;
        if this.body.is_none() {
            // Cut, and an outer scope was to resolve it; unless this one was moved away from there.
            node.refuse_late_poll(true);
            return poll_exit(seat, cx);
        }
        let has_passed = if std::mem::replace(this.has_begun, true) {
            !has_polled
                && !node.is_called()
                && this.deadline.as_mut().has_passed(Some(node), this.source)
        } else {
            if let Source::Given(driver) = &*this.source
                && frame::with_backend(|_| ()).is_none()
            {
                frame.bring_backend(ErasedBackend::new(driver.clone()));
            }
            this.deadline.as_mut().start(Some(node), *this.timeout, this.source)
                && !node.is_called()
        };
        if has_passed {
            node.expire();
        }
        loop {
            let is_pending =
                std::mem::take(&mut has_polled) && !must_look_again(node, inquiry, cx.waker());
            let stepped = if is_pending {
                Step::Pending
            } else {
                step(node, inquiry, cx, |cx| match this.body.as_mut().as_pin_mut() {
                    Some(body) => frame.enter(cx, |cx| body.poll(cx)),
                    None => Poll::Pending,
                })
            };
            match stepped {
                Step::Ready(value) => {
                    let dropped = drop_body(this.body, |drop| frame.enter_shielded(drop));
                    node.release();
                    resume_if_calm(dropped);
                    return Poll::Ready(Ok(value));
                }
                Step::Pending => {
                    if node.is_called()
                        || this.deadline.as_mut().poll(Some(node), this.source, cx).is_pending()
                    {
                        return Poll::Pending;
                    }
                    node.expire();
                }
                Step::Cut => {
                    let dropped = drop_body(this.body, |drop| frame.enter_shielded(drop));
                    if dropped.is_err() {
                        node.release();
                        resume_if_calm(dropped);
                    }
                    return poll_exit(seat, cx);
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
        let node = self.live.as_ref().map(|live| &live.seat.node);
        f.debug_struct("RunScope")
            .field("node", &node)
            .field("deadline", &node.map_or(self.deadline.at(), |node| node.deadline()))
            .field("has_body", &self.body.is_some())
            .finish()
    }
}
