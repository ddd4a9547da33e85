//! Semaphores that hand out, or take back, wrongly.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use anyrt_core::error::TryAcquireError;
use anyrt_core::{Backend, Semaphore as _};

use super::tools::{give_way, lock, on_drop};
use super::{Fault, Sabotaged};

type Good<B> = <B as Backend>::Semaphore;
type GoodPermit<B> = <Good<B> as anyrt_core::Semaphore>::Permit;

pub(crate) struct Semaphore<B: Backend>(Arc<Inner<B>>);

struct Inner<B: Backend> {
    good: Good<B>,
    backend: Sabotaged<B>,
    /// Only for the faults that serve waiters on their own.
    waiters: Mutex<VecDeque<Arc<Waiter<B>>>>,
}

struct Waiter<B: Backend> {
    granted: Mutex<Option<GoodPermit<B>>>,
    waker: Mutex<Option<Waker>>,
}

impl<B: Backend> Clone for Semaphore<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Gives the permit back when dropped; barged permits have none.
#[must_use]
pub(crate) struct Permit<B: Backend> {
    good: Vec<GoodPermit<B>>,
    from: Arc<Inner<B>>,
}

impl<B: Backend> Drop for Permit<B> {
    fn drop(&mut self) {
        if self.from.backend.has(Fault::PermitNotReleased) {
            mem::forget(mem::take(&mut self.good));
        }
        self.good.clear();
        self.from.serve();
    }
}

impl<B: Backend> Semaphore<B> {
    /// Whether a free permit is taken before anything else is looked at.
    fn grabs(&self) -> bool {
        let backend = &self.0.backend;
        match backend.fault {
            Fault::CancelledAcquires | Fault::NobodyYields => true,
            Fault::ShieldForgives => backend.shared.used_up.load(Ordering::SeqCst),
            _ => false,
        }
    }

    pub(super) fn new(backend: &Sabotaged<B>, permits: usize) -> Self {
        let more = usize::from(backend.has(Fault::OnePermitTooMany) && permits > 0);
        Self(Arc::new(Inner {
            good: backend.good.semaphore(permits + more),
            backend: backend.clone(),
            waiters: Mutex::default(),
        }))
    }

    fn permit(&self, good: Vec<GoodPermit<B>>) -> Permit<B> {
        Permit { good, from: self.0.clone() }
    }

    async fn one_by_one(&self, count: usize) -> Permit<B> {
        let mut permit = self.permit(Vec::new());
        while permit.good.len() < count {
            permit.good.push(self.0.good.acquire().await);
        }
        permit
    }

    async fn now_and_then(&self, count: usize) -> Permit<B> {
        loop {
            self.0.backend.good.checkpoint().await;
            let free = std::iter::from_fn(|| self.0.good.try_acquire().ok());
            let good: Vec<_> = free.take(count).collect();
            if good.len() == count {
                return self.permit(good);
            }
            drop(good);
            give_way().await;
        }
    }
}

impl<B: Backend> Inner<B> {
    /// Hands free permits to those who wait here.
    fn serve(&self) {
        loop {
            let mut waiters = lock(&self.waiters);
            if waiters.is_empty() {
                return;
            }
            let Ok(permit) = self.good.try_acquire() else {
                return;
            };
            let next = match self.backend.fault {
                Fault::LastWaiterFirst => waiters.pop_back(),
                _ => waiters.pop_front(),
            };
            drop(waiters);
            let Some(next) = next else { return };
            *lock(&next.granted) = Some(permit);
            let waker = lock(&next.waker).take();
            waker.into_iter().for_each(Waker::wake);
        }
    }

    async fn wait(&self) -> GoodPermit<B> {
        self.backend.good.checkpoint().await;
        let waiter = Arc::new(Waiter::<B> { granted: Mutex::new(None), waker: Mutex::new(None) });
        lock(&self.waiters).push_back(waiter.clone());
        self.serve();
        let _leave = on_drop(|| {
            lock(&self.waiters).retain(|other| !Arc::ptr_eq(other, &waiter));
            // A permit that was granted is free again; the fault is to tell nobody.
            drop(lock(&waiter.granted).take());
            if !self.backend.has(Fault::WakeUpLost) {
                self.serve();
            }
        });
        poll_fn(|cx| {
            *lock(&waiter.waker) = Some(cx.waker().clone());
            match lock(&waiter.granted).take() {
                Some(permit) => Poll::Ready(permit),
                None => Poll::Pending,
            }
        })
        .await
    }
}

impl<B: Backend> anyrt_core::Semaphore for Semaphore<B> {
    type Permit = Permit<B>;

    async fn acquire_many(&self, count: usize) -> Permit<B> {
        let good = match self.0.backend.fault {
            Fault::ManyOneByOne if count > 1 => return self.one_by_one(count).await,
            Fault::ManyStandsInNoLine if count > 1 => return self.now_and_then(count).await,
            Fault::LastWaiterFirst | Fault::WakeUpLost if count == 1 => self.0.wait().await,
            _ if count == 1 && self.grabs() => match self.0.good.try_acquire() {
                Ok(permit) => permit,
                Err(_) => self.0.good.acquire().await,
            },
            _ => self.0.good.acquire_many(count).await,
        };
        self.permit(vec![good])
    }

    fn try_acquire(&self) -> Result<Permit<B>, TryAcquireError> {
        match self.0.good.try_acquire() {
            Err(_) if self.0.backend.has(Fault::TryAcquireBarges) => Ok(self.permit(Vec::new())),
            result => result.map(|good| self.permit(vec![good])),
        }
    }

    fn available(&self) -> usize {
        let more = usize::from(self.0.backend.has(Fault::OnePermitTooMany));
        self.0.good.available().saturating_sub(more)
    }

    fn add_permits(&self, count: usize) {
        let one = self.0.backend.has(Fault::AddsOnlyOne);
        self.0.good.add_permits(if one { count.min(1) } else { count });
        self.0.serve();
    }

    fn forget(mut permit: Permit<B>) {
        if permit.from.backend.has(Fault::ForgottenComesBack) {
            return;
        }
        mem::take(&mut permit.good).into_iter().for_each(Good::<B>::forget);
    }
}
