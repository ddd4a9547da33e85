//! The future of a scope: poll the body, then drop it if the cancellation struck.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::CancelScope;
use super::deadline::{Deadline, Look};
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

/// How long a scope may take.
pub(super) enum Limit {
    /// So long after its first poll.
    After(Duration),
    At(Instant),
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
    #[inline]
    pub(super) fn new(scope: CancelScope<D>, body: F) -> Self {
        // A shield is a reason to have a node, and so is a span.
        if scope.is_shielded || cfg!(feature = "tracing") {
            scope.handle();
        }
        let CancelScope { node, timeout, deadline, source, .. } = scope;
        let live = node.into_inner().map(|node| Live::new(Seat::new(node)));
        Self {
            live,
            timeout,
            has_begun: false,
            source,
            deadline: Deadline::new(deadline),
            body: Some(body),
        }
    }

    /// Makes the run of a scope that has a limit of time and nothing else.
    #[inline]
    pub(super) fn within(limit: Limit, source: Source<D>, body: F) -> Self {
        let (timeout, deadline) = match limit {
            Limit::After(timeout) => (Some(timeout), None),
            Limit::At(deadline) => (None, Some(deadline)),
        };
        let make_live = || {
            let node = Node::scope();
            node.init_deadline(deadline);
            Live::new(Seat::new(node))
        };
        Self {
            live: cfg!(feature = "tracing").then(make_live),
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
    /// It has a node now: before its body was polled, or in that poll, which came after this look.
    Born {
        polled: Option<Look>,
    },
}

impl<D: Driver, F: Future> RunScope<D, F> {
    /// Polls the body without a node, as long as nothing needs one.
    #[inline]
    fn poll_unborn(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Unborn<F::Output> {
        let mut this = self.project();
        let Some(body) = this.body.as_mut().as_pin_mut() else { Node::refuse_polls() };
        if let Some(womb) = Womb::find(cx.waker()) {
            let look = if std::mem::replace(this.has_begun, true) {
                this.deadline.look(None, this.source)
            } else {
                this.deadline.start(None, this.timeout.take(), this.source)
            };
            if !look.has_passed {
                let (polled, born) = womb.enter(this.deadline.at(), || body.poll(cx));
                if let Some(node) = born {
                    *this.live = Some(Live::new(Seat::taken(node, womb.above())));
                }
                if let Poll::Ready(value) = polled {
                    resume_if_calm(end(this.body, this.live));
                    *this.live = None;
                    return Unborn::Polled(Poll::Ready(value));
                }
                if this.live.is_some() {
                    return Unborn::Born { polled: Some(look) };
                }
                if !frame::is_cancelled()
                    && this.deadline.poll(None, look, this.source, cx).is_pending()
                {
                    return Unborn::Polled(Poll::Pending);
                }
            }
        }
        let node = Node::scope();
        node.init_deadline(this.deadline.at());
        *this.live = Some(Live::new(Seat::new(node)));
        Unborn::Born { polled: None }
    }
}

impl<D: Driver, F: Future> Future for RunScope<D, F> {
    type Output = Result<F::Output, Cancelled>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.live.is_some() {
            return self.poll_live(None, cx);
        }
        match self.as_mut().poll_unborn(cx) {
            Unborn::Polled(polled) => polled.map(Ok),
            Unborn::Born { polled } => self.poll_live(polled, cx),
        }
    }
}

impl<D: Driver, F: Future> RunScope<D, F> {
    /// Polls a scope that has a node; `polled` if its body was polled already, after this look.
    #[inline(never)]
    fn poll_live(
        self: Pin<&mut Self>,
        mut polled: Option<Look>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Cancelled>> {
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
        let look = if let Some(look) = polled {
            look
        } else if std::mem::replace(this.has_begun, true) {
            this.deadline.look(Some(node), this.source)
        } else {
            if let Source::Given(driver) = &*this.source
                && frame::with_backend(|_| ()).is_none()
            {
                frame.bring_backend(ErasedBackend::new(driver.clone()));
            }
            this.deadline.start(Some(node), *this.timeout, this.source)
        };
        if look.has_passed && !node.is_called() {
            node.expire();
        }
        loop {
            let is_pending = polled.take().is_some() && !must_look_again(node, inquiry, cx.waker());
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
                        || this.deadline.poll(Some(node), look, this.source, cx).is_pending()
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
