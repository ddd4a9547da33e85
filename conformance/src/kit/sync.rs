//! Locks and what else tasks wait at together.

use std::future::Future;
use std::sync::Arc;

use anyrt_core::sync::{
    Barrier, CapacityLimiter, Condvar, Event, Mutex, OwnedMutexGuard, OwnedToken,
};

/// What happens once, and stays.
#[doc(hidden)]
pub trait AnyEvent: Clone + Send + Sync + 'static {
    /// Makes one that is not set.
    fn new() -> Self;
    /// Sets it.
    fn set(&self);
    /// Tells whether it is set.
    fn is_set(&self) -> bool;
    /// Waits until it is set.
    fn wait(&self) -> impl Future<Output = ()> + Send;
}

/// What lets so many go on at once.
#[doc(hidden)]
pub trait AnyBarrier: Clone + Send + Sync + 'static {
    /// Makes one for `n` tasks.
    fn new(n: usize) -> Self;
    /// Waits for the others; gives true to one of them.
    fn wait(&self) -> impl Future<Output = bool> + Send;
}

/// A lock, and a condition on which who holds it waits.
#[doc(hidden)]
pub trait AnyCondition: Clone + Send + Sync + 'static {
    /// What holds the lock.
    type Guard: Send + 'static;
    /// Makes one.
    fn new() -> Self;
    /// Waits for the lock.
    fn lock(&self) -> impl Future<Output = Self::Guard> + Send;
    /// Takes the lock if it is free.
    fn try_lock(&self) -> Option<Self::Guard>;
    /// Gives up the lock, and takes it again when it was notified.
    fn wait(&self, guard: Self::Guard) -> impl Future<Output = Self::Guard> + Send;
    /// Notifies the first that waits.
    fn notify_one(&self);
    /// Notifies all that wait.
    fn notify_all(&self);
}

/// A number of tokens, one for each borrower.
#[doc(hidden)]
pub trait AnyLimiter: Clone + Send + Sync + 'static {
    /// What gives its token back when dropped.
    type Token: Send + 'static;
    /// Makes one with so many tokens.
    fn new(total: usize) -> Self;
    /// Waits for a token; nothing if the borrower has one.
    fn acquire(&self, borrower: u64) -> impl Future<Output = Option<Self::Token>> + Send;
    /// Takes a token if one is free.
    fn try_acquire(&self, borrower: u64) -> Option<Self::Token>;
    /// Changes how many tokens there are.
    fn set_total(&self, total: usize);
    /// Counts the tokens that are lent or promised.
    fn borrowed(&self) -> usize;
}

impl AnyEvent for Arc<Event> {
    fn new() -> Self {
        Self::new(Event::new())
    }

    fn set(&self) {
        Event::set(self);
    }

    fn is_set(&self) -> bool {
        Event::is_set(self)
    }

    async fn wait(&self) {
        Event::wait(self).await;
    }
}

impl AnyBarrier for Arc<Barrier> {
    fn new(n: usize) -> Self {
        Self::new(Barrier::new(n))
    }

    async fn wait(&self) -> bool {
        Barrier::wait(self).await.is_leader()
    }
}

/// A mutex with its condition variable.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct CoreCondition {
    lock: Arc<Mutex<()>>,
    condition: Arc<Condvar>,
}

impl AnyCondition for CoreCondition {
    type Guard = OwnedMutexGuard<()>;

    fn new() -> Self {
        Self { lock: Arc::new(Mutex::new(())), condition: Arc::new(Condvar::new()) }
    }

    async fn lock(&self) -> Self::Guard {
        self.lock.clone().lock_owned().await
    }

    fn try_lock(&self) -> Option<Self::Guard> {
        self.lock.clone().try_lock_owned().ok()
    }

    async fn wait(&self, guard: Self::Guard) -> Self::Guard {
        self.condition.wait(guard).await
    }

    fn notify_one(&self) {
        self.condition.notify_one();
    }

    fn notify_all(&self) {
        self.condition.notify_all();
    }
}

impl AnyLimiter for Arc<CapacityLimiter> {
    type Token = OwnedToken;

    fn new(total: usize) -> Self {
        Self::new(CapacityLimiter::new(total))
    }

    async fn acquire(&self, borrower: u64) -> Option<OwnedToken> {
        self.clone().acquire_on_behalf_of_owned(borrower).await.ok()
    }

    fn try_acquire(&self, borrower: u64) -> Option<OwnedToken> {
        self.clone().try_acquire_on_behalf_of_owned(borrower).ok()
    }

    fn set_total(&self, total: usize) {
        CapacityLimiter::set_total(self, total);
    }

    fn borrowed(&self) -> usize {
        CapacityLimiter::borrowed(self)
    }
}
