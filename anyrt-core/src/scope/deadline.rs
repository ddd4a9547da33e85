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
    pub(super) fn new() -> Self {
        Self { at: None, armed: None, timer: None }
    }

    /// Reads the deadline at the first poll, from which a timeout counts (law D1).
    pub(super) fn start(
        self: Pin<&mut Self>,
        node: &Node,
        timeout: Option<Duration>,
        source: &Source<D>,
    ) {
        let end = timeout.and_then(|timeout| source.with(D::now).checked_add(timeout));
        *self.project().at = match end {
            Some(end) => node.limit_deadline(end),
            None => node.deadline(),
        };
    }

    /// Whether the deadline has passed, by the clock.
    pub(super) fn has_passed(self: Pin<&mut Self>, node: &Node, source: &Source<D>) -> bool {
        let this = self.project();
        if let Some(moved) = node.moved_deadline() {
            *this.at = moved;
        }
        this.at.is_some_and(|at| at <= source.with(D::now))
    }

    /// Ready when the timer ends; wakes the task then.
    pub(super) fn poll(
        self: Pin<&mut Self>,
        node: &Node,
        source: &Source<D>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let mut this = self.project();
        if let Some(moved) = node.moved_deadline() {
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
