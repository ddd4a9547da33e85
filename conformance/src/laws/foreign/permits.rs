//! X3 for semaphores: waiters that are dropped in any state, against a model.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use anyrt_core::Backend;
use anyrt_core::Semaphore;

use crate::laws::tools::{Alarm, Random, attempt};
use crate::support::turns;

const STEPS: usize = 120;

const MOST: usize = 6;

type Acquire<P> = Pin<Box<dyn Future<Output = P> + Send>>;

/// A future of an acquire, and what the model knows of it.
struct Waiter<P> {
    future: Acquire<P>,
    alarm: Arc<Alarm>,
    count: usize,
    /// It stands in the queue, or was granted its permits there.
    is_queued: bool,
    is_granted: bool,
}

/// A semaphore, and what it should be.
struct Model<B: Backend> {
    permits: B::Semaphore,
    free: usize,
    total: usize,
    /// In the order in which they were first polled to a wait; those that are not yet come last.
    waiters: Vec<Waiter<Permit<B>>>,
    held: Vec<(Permit<B>, usize)>,
    context: String,
}

type Permit<B> = <<B as Backend>::Semaphore as Semaphore>::Permit;

/// Takes random steps, and compares after each.
pub(super) async fn acquires<B: Backend>(backend: &B, seed: u64) {
    let mut random = Random::new(seed);
    let total = random.below(3);
    let mut model = Model::<B> {
        permits: backend.semaphore(total),
        free: total,
        total,
        waiters: Vec::new(),
        held: Vec::new(),
        context: String::new(),
    };
    for step in 0..STEPS {
        model.context = format!("ANYRT_SEED={seed}, step {step}");
        model.step(&mut random).await;
        model.compare();
    }
    model.context = format!("ANYRT_SEED={seed}, at the end");
    while !model.waiters.is_empty() {
        model.drop_waiter(random.below(model.waiters.len()));
        model.compare();
    }
    model.held.clear();
    let (total, context) = (model.total, &model.context);
    assert_eq!(model.permits.available(), total, "{context}: permits are lost or doubled");
    let all = attempt(model.permits.acquire_many(total)).await;
    assert!(all.is_some(), "{context}: all permits are free, and cannot be had");
}

impl<B: Backend> Model<B> {
    async fn step(&mut self, random: &mut Random) {
        match random.below(10) {
            0 | 1 => {
                let (permits, count) = (self.permits.clone(), 1 + random.below(3));
                self.waiters.push(Waiter {
                    future: Box::pin(async move { permits.acquire_many(count).await }),
                    alarm: Alarm::new(),
                    count,
                    is_queued: false,
                    is_granted: false,
                });
            }
            2..=4 if !self.waiters.is_empty() => {
                let at = random.below(self.waiters.len());
                self.poll(at, random.below(3) > 0).await;
            }
            5 if !self.waiters.is_empty() => self.drop_waiter(random.below(self.waiters.len())),
            6 | 7 if !self.held.is_empty() => {
                let (permit, count) = self.held.swap_remove(random.below(self.held.len()));
                drop(permit);
                self.release(count);
            }
            8 if self.total < MOST => {
                let count = 1 + random.below(2);
                self.permits.add_permits(count);
                self.total += count;
                self.release(count);
            }
            9 => {
                let expected = self.free >= 1 && !self.somebody_waits();
                let permit = self.permits.try_acquire();
                assert_eq!(permit.is_ok(), expected, "{}: try_acquire", self.context);
                if let Ok(permit) = permit {
                    self.free -= 1;
                    self.held.push((permit, 1));
                }
            }
            _ => turns(1).await,
        }
    }

    fn somebody_waits(&self) -> bool {
        self.waiters.iter().any(|waiter| waiter.is_queued && !waiter.is_granted)
    }

    /// Polls until it is ready or waits; or once, and it may have given way before it did anything.
    async fn poll(&mut self, at: usize, to_the_end: bool) {
        let expected = match &self.waiters[at] {
            waiter if waiter.is_queued => waiter.is_granted,
            waiter => self.free >= waiter.count && !self.somebody_waits(),
        };
        let mut waiter = self.waiters.remove(at);
        if !waiter.is_queued || !waiter.is_granted {
            // Whoever polls last is to be woken.
            waiter.alarm = Alarm::new();
        }
        let rung = waiter.alarm.rung();
        let poll = if to_the_end {
            waiter.alarm.step(&mut waiter.future).await
        } else {
            waiter.alarm.poll(&mut waiter.future)
        };
        match poll {
            Poll::Ready(permit) => {
                assert!(expected, "{}: a waiter got permits out of turn", self.context);
                if !waiter.is_queued {
                    self.free -= waiter.count;
                }
                self.held.push((permit, waiter.count));
            }
            // It gave way, and has done nothing.
            Poll::Pending if !to_the_end && waiter.alarm.rung() > rung => {
                self.waiters.insert(at, waiter);
            }
            Poll::Pending => {
                assert!(!expected, "{}: permits that a waiter should have are lost", self.context);
                if waiter.is_queued {
                    self.waiters.insert(at, waiter);
                } else {
                    waiter.is_queued = true;
                    let queue = self.waiters.iter().filter(|waiter| waiter.is_queued).count();
                    self.waiters.insert(queue, waiter);
                }
            }
        }
    }

    fn drop_waiter(&mut self, at: usize) {
        let Waiter { future, count, is_granted, .. } = self.waiters.remove(at);
        drop(future);
        // If it did not have them, one that was too large for the rest may be out of the way.
        self.release(if is_granted { count } else { 0 });
    }

    fn release(&mut self, count: usize) {
        self.free += count;
        for waiter in &mut self.waiters {
            if !waiter.is_queued || waiter.is_granted {
                continue;
            }
            if waiter.count > self.free {
                return;
            }
            self.free -= waiter.count;
            waiter.is_granted = true;
        }
    }

    fn compare(&self) {
        let context = &self.context;
        assert_eq!(self.permits.available(), self.free, "{context}: the free permits");
        for (place, waiter) in self.waiters.iter().enumerate() {
            let is_woken = waiter.alarm.rung() > 0;
            if waiter.is_granted {
                assert!(is_woken, "{context}: waiter {place} has its permits and was not woken");
            } else if waiter.is_queued {
                assert!(!is_woken, "{context}: waiter {place} was woken for nothing");
            }
        }
    }
}
