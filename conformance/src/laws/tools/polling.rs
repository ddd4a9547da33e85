//! Polls by hand, and looks who is woken.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::Event;
use crate::support::turns;

/// A waker that counts how often it was woken, and passes it on to another one.
pub(crate) struct Alarm {
    rung: AtomicUsize,
    next: Waker,
}

impl Alarm {
    /// Makes an alarm that wakes nobody.
    pub(crate) fn new() -> Arc<Self> {
        Self::before(Waker::noop())
    }

    pub(crate) fn before(next: &Waker) -> Arc<Self> {
        Arc::new(Self { rung: AtomicUsize::new(0), next: next.clone() })
    }

    pub(crate) fn rung(&self) -> usize {
        self.rung.load(Ordering::SeqCst)
    }

    /// Polls a future once with this waker alone.
    pub(crate) fn poll<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(&Waker::from(self.clone())))
    }

    /// Like [`step`], with this waker alone; what rang before is forgotten.
    pub(crate) async fn step<F: Future + Unpin>(
        self: &Arc<Self>,
        future: &mut F,
    ) -> Poll<F::Output> {
        for _ in 0..1000 {
            self.rung.store(0, Ordering::SeqCst);
            match self.poll(future) {
                Poll::Pending if self.rung() > 0 => turns(1).await,
                poll => return poll,
            }
        }
        Poll::Pending
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        self.next.wake_by_ref();
    }
}

/// Polls a future exactly once, and tells whether it woke its task meanwhile.
pub(crate) async fn poll_raw<F: Future + Unpin>(future: &mut F) -> (Poll<F::Output>, bool) {
    poll_fn(|cx| {
        let alarm = Alarm::before(cx.waker());
        let poll = alarm.poll(future);
        Poll::Ready((poll, alarm.rung() > 0))
    })
    .await
}

/// Polls a future until it is ready or waits for something else than its turn.
///
/// An operation may give way before it does anything (law F2); a check that wants to see it in a
/// queue polls it again.
pub(crate) async fn step<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    for _ in 0..1000 {
        match poll_raw(future).await {
            (Poll::Pending, true) => turns(1).await,
            (poll, _) => return poll,
        }
    }
    Poll::Pending
}

/// Polls a future until it is ready or waits, and then drops it.
pub(crate) async fn attempt<F: Future>(future: F) -> Option<F::Output> {
    match step(&mut Box::pin(future)).await {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Polls a future at most so many times, whether it waits or not.
pub(crate) async fn poll_some<F: Future + Unpin>(
    future: &mut F,
    count: usize,
) -> Option<F::Output> {
    for _ in 0..count {
        if let (Poll::Ready(value), _) = poll_raw(future).await {
            return Some(value);
        }
    }
    None
}

/// Polls two futures in one task until both are ready.
pub(crate) async fn both<L: Future, R: Future>(left: L, right: R) -> (L::Output, R::Output) {
    let (mut left, mut right) = (Box::pin(left), Box::pin(right));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none()
            && let Poll::Ready(value) = left.as_mut().poll(cx)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = right.as_mut().poll(cx)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (left, right) => {
                (first, second) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

/// A future that sets an event once it waits for something else than its turn.
pub(crate) struct Parked<F> {
    future: Pin<Box<F>>,
    waits: Event,
}

impl<F: Future> Future for Parked<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let alarm = Alarm::before(cx.waker());
        let poll = alarm.poll(&mut self.future);
        if poll.is_pending() && alarm.rung() == 0 {
            self.waits.set();
        }
        poll
    }
}

/// Makes a [`Parked`] around `future`.
pub(crate) fn parked<F: Future>(waits: &Event, future: F) -> Parked<F> {
    Parked { future: Box::pin(future), waits: waits.clone() }
}
