//! A task: a future, and a waker that puts it where it can be picked.
//!
//! # Invariants
//!
//! - A task is queued at most once: `is_queued` is set by whoever queues it, and taken back just
//!   before the poll, so that a wake-up during the poll queues it again.
//! - A task that has ended stays marked as queued, so that late wake-ups do nothing (law B6). It may be
//!   in the queue, if it was woken in its last poll: whoever picks it passes over it.
//! - Only the thread that drives the world polls, and it holds no lock meanwhile: the body is taken out
//!   for the poll.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use crate::lock::lock;
use crate::schedule::Runnable;
use crate::world::World;

pub(crate) type Body = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) struct Task {
    /// Counted from 0 in the order of spawning: the same in each run of a seed.
    pub(crate) number: u64,
    /// The run whose outermost future it is; that run's thread polls it.
    pub(crate) run: Option<u64>,
    pub(crate) slot: usize,
    world: Arc<World>,
    is_queued: AtomicBool,
    has_ended: AtomicBool,
    body: Mutex<Option<Body>>,
}

impl Task {
    pub(crate) fn new(
        world: Arc<World>,
        number: u64,
        slot: usize,
        run: Option<u64>,
        body: Option<Body>,
    ) -> Arc<Self> {
        // It is queued as it is made.
        let is_queued = AtomicBool::new(true);
        let has_ended = AtomicBool::new(false);
        Arc::new(Self { number, run, slot, world, is_queued, has_ended, body: Mutex::new(body) })
    }

    /// Polls the body; tells whether it has ended.
    pub(crate) fn poll(self: &Arc<Self>, waker: &Waker) -> Poll<()> {
        let Some(mut body) = lock(&self.body).take() else {
            return Poll::Ready(());
        };
        self.begin_poll();
        let polled = body.as_mut().poll(&mut Context::from_waker(waker));
        if polled.is_pending() {
            *lock(&self.body) = Some(body);
        }
        polled
    }

    #[inline]
    pub(crate) fn begin_poll(&self) {
        self.is_queued.store(false, Ordering::SeqCst);
    }

    pub(crate) fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        self.is_queued.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// Takes the body, for one whose world ends.
    pub(crate) fn take_body(&self) -> Option<Body> {
        self.end();
        lock(&self.body).take()
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            let world = self.world.clone();
            world.queue(Runnable::Task(self));
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            self.world.queue(Runnable::Task(self.clone()));
        }
    }
}
