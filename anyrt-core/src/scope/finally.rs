//! `finally`: a cleanup that can wait, and runs whatever became of the work before it.
//!
//! # Invariants
//!
//! - It counts as a holder from its first poll until its cleanup has ended, so that a cancelled scope
//!   polls it again, and is not over before the cleanup is.
//! - The work is over, and dropped, before the cleanup is polled first.
//! - What the work gave, or its panic, waits until the cleanup has ended. Of two panics the first
//!   one stays.

use std::any::Any;
use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::Shield;
use crate::driver::{Ambient, Driver};
use crate::frame::ScopeFrame;
use crate::quiet::drop_quietly;
use crate::seat::{Seat, drop_body};
use crate::step::{Step, step};
use crate::tree::{Inquiry, Node};

/// How the work ended.
enum Work<T> {
    Value(T),
    Cut,
    Panicked(Box<dyn Any + Send>),
}

pin_project! {
    /// The future of `finally`.
    ///
    /// # Panics
    ///
    /// Resumes the panic of the work after the cleanup, or that of the cleanup.
    ///
    /// # Cancel safety
    ///
    /// **Safe** under the cancellation of scopes: the cleanup runs, and its scope waits for it (law S5).
    /// When foreign code drops it, the cleanup is dropped, too.
    #[must_use = "neither the work nor the cleanup is done unless it is awaited"]
    pub struct Finally<D, F, C>
    where
        D: Driver,
        F: Future,
    {
        seat: Seat,
        frame: ScopeFrame,
        inquiry: Inquiry,
        ended: Option<Work<F::Output>>,
        is_clean: bool,
        #[pin]
        work: Option<F>,
        #[pin]
        cleanup: Shield<D, C>,
    }

    impl<D, F, C> PinnedDrop for Finally<D, F, C>
    where
        D: Driver,
        F: Future,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let dropped = drop_body(this.work, |drop| this.frame.enter_shielded(drop));
            this.seat.node.release();
            crate::seat::resume_if_calm(dropped);
        }
    }
}

impl<D: Ambient, F: Future, C: Future<Output = ()>> Finally<D, F, C> {
    /// Does `work`, and then `cleanup` in any case.
    pub fn new(work: F, cleanup: C) -> Self {
        Self::with(work, Shield::new(cleanup))
    }
}

impl<D: Driver, F: Future, C: Future<Output = ()>> Finally<D, F, C> {
    /// Does `work`, and then `cleanup` in any case, on `driver`.
    pub fn on(driver: D, work: F, cleanup: C) -> Self {
        Self::with(work, Shield::on(driver, cleanup))
    }

    pub(super) fn with(work: F, cleanup: Shield<D, C>) -> Self {
        let node = Node::call();
        Self {
            frame: ScopeFrame::new(node.clone()),
            seat: Seat::new(node),
            inquiry: Inquiry::default(),
            ended: None,
            is_clean: false,
            work: Some(work),
            cleanup,
        }
    }
}

impl<D: Driver, F: Future, C: Future<Output = ()>> Future for Finally<D, F, C> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        this.seat.settle();
        let node = this.seat.node.clone();
        if this.ended.is_none() {
            node.refuse_late_poll(*this.is_clean);
            let ended = ready!(poll_work(&node, this.inquiry, this.frame, this.work, cx));
            *this.ended = Some(ended);
        }
        if !*this.is_clean {
            node.mark_polled();
            node.register(cx.waker());
            let cleaned = catch_unwind(AssertUnwindSafe(|| {
                this.frame.enter(cx, |cx| this.cleanup.as_mut().poll(cx))
            }));
            match cleaned {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(())) => {}
                Err(payload) => match this.ended {
                    Some(Work::Panicked(_)) => drop_quietly(payload),
                    _ => *this.ended = Some(Work::Panicked(payload)),
                },
            }
            *this.is_clean = true;
        }
        match this.ended.take() {
            Some(Work::Value(value)) => {
                node.release();
                Poll::Ready(value)
            }
            Some(Work::Panicked(payload)) => {
                node.release();
                resume_unwind(payload)
            }
            Some(Work::Cut) | None => {
                assert!(
                    !node.resolves(),
                    "finally was polled again after the scope that cut its work had ended: the work \
                     has no value to give"
                );
                // An outer scope resolves the cancellation, and drops this future.
                *this.ended = Some(Work::Cut);
                node.park(cx.waker());
                Poll::Pending
            }
        }
    }
}

/// Polls the work; once it is over it is dropped, too.
fn poll_work<F: Future>(
    node: &Arc<Node>,
    inquiry: &mut Inquiry,
    frame: &mut ScopeFrame,
    mut work: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<Work<F::Output>> {
    let stepped = catch_unwind(AssertUnwindSafe(|| {
        step(node, inquiry, cx, |cx| match work.as_mut().as_pin_mut() {
            Some(work) => frame.enter(cx, |cx| work.poll(cx)),
            None => Poll::Pending,
        })
    }));
    let ended = match stepped {
        Ok(Step::Pending) => return Poll::Pending,
        Ok(Step::Ready(value)) => Work::Value(value),
        Ok(Step::Cut) => Work::Cut,
        Err(payload) => Work::Panicked(payload),
    };
    let dropped = drop_body(work, |drop| frame.enter_shielded(drop));
    Poll::Ready(match (ended, dropped) {
        (ended, Ok(())) => ended,
        (Work::Panicked(first), Err(second)) => {
            drop_quietly(second);
            Work::Panicked(first)
        }
        (_, Err(payload)) => Work::Panicked(payload),
    })
}

impl<D: Driver, F: Future, C> Debug for Finally<D, F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finally")
            .field("node", &self.seat.node)
            .field("is_working", &self.work.is_some())
            .field("is_clean", &self.is_clean)
            .finish()
    }
}
