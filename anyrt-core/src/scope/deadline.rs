//! The deadline of a running scope, and the timer that wakes it.
//!
//! The timer is made at the first pending poll, so that a body that is ready at once costs none,
//! and reset when the deadline moves.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use crate::backend::Sleep;
use crate::driver::Driver;
use crate::source::Source;
use crate::tree::Node;

pin_project! {
    pub(super) struct Deadline<D: Driver> {
        at: Option<Instant>,
        // What the timer is set to.
        armed: Option<Instant>,
        #[pin]
        timer: Option<D::Sleep>,
    }
}

impl<D: Driver> Deadline<D> {
    pub(super) fn new(at: Option<Instant>) -> Self {
        Self { at, armed: None, timer: None }
    }

    /// Reads the deadline at the first poll, from which a timeout counts (law D1).
    ///
    /// Tells whether it has passed already.
    pub(super) fn start(
        self: Pin<&mut Self>,
        node: Option<&Node>,
        timeout: Option<Duration>,
        source: &Source<D>,
    ) -> bool {
        let at = self.project().at;
        let now = timeout.map(|_| source.with(D::now));
        let end = timeout.zip(now).and_then(|(timeout, now)| now.checked_add(timeout));
        *at = match (node, end, *at) {
            (Some(node), Some(end), _) => node.limit_deadline(end),
            (Some(node), None, _) => node.deadline(),
            (None, Some(end), Some(at)) => Some(at.min(end)),
            (None, end, at) => at.or(end),
        };
        at.is_some_and(|at| at <= now.unwrap_or_else(|| source.with(D::now)))
    }

    pub(super) fn at(&self) -> Option<Instant> {
        self.at
    }

    /// Whether the deadline has passed, by the clock.
    pub(super) fn has_passed(
        self: Pin<&mut Self>,
        node: Option<&Node>,
        source: &Source<D>,
    ) -> bool {
        let at = self.project().at;
        if let Some(moved) = node.and_then(Node::moved_deadline) {
            *at = moved;
        }
        at.is_some_and(|at| at <= source.with(D::now))
    }

    /// Ready when the timer ends; wakes the task then.
    pub(super) fn poll(
        self: Pin<&mut Self>,
        node: Option<&Node>,
        source: &Source<D>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let mut this = self.project();
        if let Some(moved) = node.and_then(Node::moved_deadline) {
            *this.at = moved;
        }
        let Some(at) = *this.at else {
            *this.armed = None;
            this.timer.set(None);
            return Poll::Pending;
        };
        if *this.armed != Some(at) {
            match this.timer.as_mut().as_pin_mut() {
                Some(timer) => timer.reset(at),
                None => this.timer.set(Some(source.with(|driver| driver.sleep_until(at)))),
            }
            *this.armed = Some(at);
        }
        match this.timer.as_pin_mut() {
            Some(timer) => timer.poll(cx),
            None => Poll::Pending,
        }
    }
}
