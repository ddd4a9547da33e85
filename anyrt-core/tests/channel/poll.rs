//! Polling by hand, and dropping in every state.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Counts its wake-ups.
#[derive(Default)]
pub(crate) struct Bell(AtomicUsize);

impl Bell {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn rung(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn poll<F: Future>(self: &Arc<Self>, future: Pin<&mut F>) -> Poll<F::Output> {
        let waker = Waker::from(self.clone());
        future.poll(&mut Context::from_waker(&waker))
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls once, with a waker that does nothing.
pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

pub(crate) type Operation<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// What an operation is tried in, and what others do meanwhile.
pub(crate) struct Trial<W> {
    make: fn() -> W,
    events: Vec<fn(&W)>,
}

/// An operation is to be tried in worlds that are made anew.
pub(crate) fn trial<W>(make: fn() -> W) -> Trial<W> {
    Trial { make, events: Vec::new() }
}

impl<W> Trial<W> {
    /// This happens between two polls, after what was named before.
    pub(crate) fn then(mut self, event: fn(&W)) -> Self {
        self.events.push(event);
        self
    }

    /// Drops the operation after 0, 1, 2, ... polls, up to its end, before and after the next event.
    ///
    /// When the operation is gone, `check` is told whether it had completed, and the state in words.
    pub(crate) fn drop_everywhere(
        &self,
        operation: impl for<'a> Fn(&'a W) -> Operation<'a>,
        check: impl Fn(W, bool, &str),
    ) {
        for polls in 0..=self.events.len() + 1 {
            for is_after_event in [false, true] {
                let world = (self.make)();
                let mut events = self.events.iter();
                let mut next_event = || events.next().map(|event| event(&world));
                let mut future = operation(&world);
                let mut is_done = false;
                for at in 0..polls {
                    if at > 0 {
                        next_event();
                    }
                    is_done = poll(&mut future).is_ready();
                    if is_done {
                        break;
                    }
                }
                if is_after_event {
                    next_event();
                }
                drop(future);
                let when = if is_after_event { "after" } else { "before" };
                let state = format!("dropped at poll {polls}, {when} an event, done: {is_done}");
                check(world, is_done, &state);
            }
        }
    }
}
