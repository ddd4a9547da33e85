//! The deadline of a running scope, and what wakes it.
//!
//! Nothing is set before the first pending poll, so that a body that is ready at once costs no timer.
//! Then the task is asked to have itself woken in time. Only where it cannot, since the scope is polled
//! with another waker than the task's, it has a timer of its own.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use crate::backend::Sleep;
use crate::driver::Driver;
use crate::frame;
use crate::source::Source;
use crate::tree::Node;

pub(super) struct Deadline<D: Driver> {
    at: Option<Instant>,
    timer: Option<Pin<Box<Timer<D>>>>,
}

pin_project! {
    struct Timer<D: Driver> {
        // What it is set to.
        at: Instant,
        #[pin]
        sleep: D::Sleep,
    }
}

/// A look at the clock, where there is a deadline to compare it with.
#[derive(Clone, Copy)]
pub(super) struct Look {
    now: Option<Instant>,
    pub(super) has_passed: bool,
}

impl<D: Driver> Deadline<D> {
    pub(super) fn new(at: Option<Instant>) -> Self {
        Self { at, timer: None }
    }

    /// Reads the deadline at the first poll, from which a timeout counts (law D1).
    #[inline]
    pub(super) fn start(
        &mut self,
        node: Option<&Node>,
        timeout: Option<Duration>,
        source: &Source<D>,
    ) -> Look {
        let now = timeout.map(|_| source.now());
        let end = timeout.zip(now).and_then(|(timeout, now)| now.checked_add(timeout));
        self.at = match (node, end, self.at) {
            (Some(node), Some(end), _) => node.limit_deadline(end),
            (Some(node), None, _) => node.deadline(),
            (None, Some(end), Some(at)) => Some(at.min(end)),
            (None, end, at) => at.or(end),
        };
        self.compare(now, source)
    }

    pub(super) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// Looks whether the deadline has passed.
    #[inline]
    pub(super) fn look(&mut self, node: Option<&Node>, source: &Source<D>) -> Look {
        self.move_with(node);
        self.compare(None, source)
    }

    #[inline]
    fn move_with(&mut self, node: Option<&Node>) {
        if let Some(moved) = node.and_then(Node::moved_deadline) {
            self.at = moved;
        }
    }

    #[inline]
    fn compare(&self, now: Option<Instant>, source: &Source<D>) -> Look {
        let Some(at) = self.at else { return Look { now, has_passed: false } };
        let now = now.unwrap_or_else(|| source.now());
        Look { now: Some(now), has_passed: at <= now }
    }

    /// Sees to it that the task is woken in time; ready if that time is over.
    #[inline]
    pub(super) fn poll(
        &mut self,
        node: Option<&Node>,
        look: Look,
        source: &Source<D>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.move_with(node);
        if let Some(at) = self.at {
            return self.poll_at(at, look, source, cx);
        }
        if self.timer.is_some() {
            self.timer = None;
        }
        Poll::Pending
    }

    fn poll_at(
        &mut self,
        at: Instant,
        look: Look,
        source: &Source<D>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let now = look.now.unwrap_or_else(|| source.now());
        if at <= now {
            return Poll::Ready(());
        }
        if frame::wish(cx.waker(), at, now) {
            self.timer = None;
            return Poll::Pending;
        }
        self.poll_own_timer(at, source, cx)
    }

    #[inline(never)]
    fn poll_own_timer(
        &mut self,
        at: Instant,
        source: &Source<D>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let make = || {
            let sleep = source.with(|driver| driver.sleep_until(at));
            Box::pin(Timer { at, sleep })
        };
        let mut timer = self.timer.get_or_insert_with(make).as_mut().project();
        if *timer.at != at {
            timer.sleep.as_mut().reset(at);
            *timer.at = at;
        }
        timer.sleep.poll(cx)
    }
}
