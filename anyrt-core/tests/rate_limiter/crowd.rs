//! Futures that are polled by hand, when they were woken.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::clock::Clock;

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

type Waiter<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Those who wait, and when each of them was done.
pub(crate) struct Crowd<'a> {
    clock: Clock,
    waiters: Vec<Option<(Waiter<'a>, Arc<Flag>)>>,
    done: Vec<(usize, Duration)>,
}

impl<'a> Crowd<'a> {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), waiters: Vec::new(), done: Vec::new() }
    }

    /// Adds one that was not polled yet.
    pub(crate) fn add(&mut self, waiter: impl Future<Output = ()> + 'a) -> usize {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        self.waiters.push(Some((Box::pin(waiter), flag)));
        self.waiters.len() - 1
    }

    /// Adds one, and polls it.
    pub(crate) fn join(&mut self, waiter: impl Future<Output = ()> + 'a) -> usize {
        let id = self.add(waiter);
        let _ = self.poll(id);
        id
    }

    pub(crate) fn poll(&mut self, id: usize) -> Poll<()> {
        let Some((waiter, flag)) = &mut self.waiters[id] else { return Poll::Ready(()) };
        flag.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(flag.clone());
        let polled = waiter.as_mut().poll(&mut Context::from_waker(&waker));
        if polled.is_ready() {
            self.waiters[id] = None;
            self.done.push((id, self.clock.elapsed()));
        }
        polled
    }

    pub(crate) fn is_woken(&self, id: usize) -> bool {
        self.waiters[id].as_ref().is_some_and(|(_, flag)| flag.0.load(Ordering::SeqCst))
    }

    pub(crate) fn is_done(&self, id: usize) -> bool {
        self.waiters[id].is_none()
    }

    pub(crate) fn drop_waiter(&mut self, id: usize) {
        self.waiters[id] = None;
    }

    /// Polls who was woken, until nobody is.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10_000 {
            let Some(id) = (0..self.waiters.len()).find(|id| self.is_woken(*id)) else { return };
            let _ = self.poll(id);
        }
        panic!("it spins");
    }

    /// Lets time pass, stopping at each timer.
    pub(crate) fn run_to(&mut self, end: Duration) {
        self.settle();
        while let Some(next) = self.clock.next().filter(|next| *next <= end) {
            assert!(self.clock.timers() <= 1, "{} timers", self.clock.timers());
            self.clock.go_to(next);
            self.settle();
        }
        self.clock.go_to(end);
        self.settle();
    }

    /// Who was done, and at what millisecond.
    pub(crate) fn done(&self) -> Vec<(usize, u128)> {
        self.done.iter().map(|(id, at)| (*id, at.as_millis())).collect()
    }
}
