//! A fair semaphore.
//!
//! # Invariants
//!
//! - `permits` counts what is neither held nor granted.
//! - After every change the list is settled: as long as the first waiter that is not cancelled fits, it
//!   is granted. So whoever comes later never takes what it waits for (law F1).

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crate::error::TryAcquireError;
use crate::lock::lock;
use crate::sys::Mutex;
use crate::wait_list::{Deferred, Standing, WaitList};
use crate::waiting::Wait;
use crate::{budget, frame, leaf};

/// A counted set of permits, given out in the order of asking.
///
/// It needs no runtime and fits into a `static`.
///
/// # Examples
///
/// ```
/// use anyrt_core::sync::Semaphore;
///
/// static CONNECTIONS: Semaphore = Semaphore::new(1);
///
/// let permit = CONNECTIONS.try_acquire().unwrap();
/// assert!(CONNECTIONS.try_acquire().is_err());
/// drop(permit);
/// assert_eq!(CONNECTIONS.available(), 1);
/// ```
pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    permits: usize,
    /// All permits, those that are held or granted among them.
    total: usize,
    waiters: WaitList<usize>,
}

impl State {
    /// Grants in order, as far as the permits go.
    fn settle(&mut self, deferred: &mut Deferred) {
        while let Some(first) = self.waiters.first_eligible(deferred) {
            let count = *self.waiters.data(first);
            if count > self.permits {
                return;
            }
            self.permits -= count;
            self.waiters.grant(first, deferred);
        }
    }

    fn try_take(&mut self, count: usize) -> bool {
        let fits = self.permits >= count && !self.waiters.has_eligible();
        if fits {
            self.permits -= count;
        }
        fits
    }
}

impl Semaphore {
    /// Makes a semaphore with so many permits.
    pub const fn new(permits: usize) -> Self {
        Self { state: Mutex::new(State { permits, total: permits, waiters: WaitList::new() }) }
    }

    /// Waits for a permit.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else: a permit that was granted
    /// passes to the next (law P2).
    pub fn acquire(&self) -> Acquire<'_> {
        self.acquire_many(1)
    }

    /// Waits for `count` permits, and takes all of them at once.
    ///
    /// While it waits at the head of the queue, nobody behind it is served (law L3). More permits
    /// than there will ever be are waited for, too: permits can be added.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_many(&self, count: usize) -> Acquire<'_> {
        Acquire { semaphore: self, waiter: Waiter::new(count) }
    }

    /// Waits for a permit that keeps the semaphore alive.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_owned(self: Arc<Self>) -> AcquireOwned {
        self.acquire_many_owned(1)
    }

    /// Waits for `count` permits that keep the semaphore alive.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    pub fn acquire_many_owned(self: Arc<Self>, count: usize) -> AcquireOwned {
        AcquireOwned { semaphore: self, waiter: Waiter::new(count) }
    }

    /// Takes a permit if one is free and nobody waits for it (law L2).
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there is none.
    pub fn try_acquire(&self) -> Result<Permit<'_>, TryAcquireError> {
        if lock(&self.state).try_take(1) {
            Ok(Permit { semaphore: self, count: 1 })
        } else {
            Err(TryAcquireError::new())
        }
    }

    /// Takes a permit that keeps the semaphore alive.
    ///
    /// It takes one that is free and that nobody waits for (law L2).
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there is none.
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedPermit, TryAcquireError> {
        if lock(&self.state).try_take(1) {
            Ok(OwnedPermit { semaphore: self, count: 1 })
        } else {
            Err(TryAcquireError::new())
        }
    }

    /// Counts the permits that nobody holds and nobody was promised.
    pub fn available(&self) -> usize {
        lock(&self.state).permits
    }

    /// Adds permits, and wakes as many waiters as fit, in order (law L4).
    ///
    /// # Panics
    ///
    /// Panics if there would be more than `usize::MAX` permits, those that are held included.
    pub fn add_permits(&self, count: usize) {
        self.change(|state| {
            let total = state.total.checked_add(count);
            state.total = total.expect("a semaphore has at most usize::MAX permits");
            state.permits += count;
        });
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> SemaphoreStatistics {
        let state = lock(&self.state);
        SemaphoreStatistics { available: state.permits, waiting: state.waiters.len() }
    }

    /// Changes the state, settles, and wakes whom that served.
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut deferred = Deferred::default();
        let mut state = lock(&self.state);
        let result = change(&mut state);
        state.settle(&mut deferred);
        drop(state);
        deferred.run();
        result
    }
}

impl Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SemaphoreStatistics { available, waiting } = self.statistics();
        f.debug_struct("Semaphore")
            .field("available", &available)
            .field("waiting", &waiting)
            .finish()
    }
}

/// What a semaphore tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SemaphoreStatistics {
    /// The permits that nobody holds and nobody was promised.
    pub available: usize,
    /// The waiters.
    ///
    /// Those that were just granted but not polled yet are among them.
    pub waiting: usize,
}

/// A place in the queue, or not yet one.
#[derive(Debug)]
struct Waiter {
    count: usize,
    key: Option<usize>,
}

impl Waiter {
    fn new(count: usize) -> Self {
        Self { count, key: None }
    }

    fn poll(&mut self, semaphore: &Semaphore, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(key) = self.key {
            let mut deferred = Deferred::default();
            let mut state = lock(&semaphore.state);
            let is_cancelled = frame::is_cancelled();
            if !is_cancelled {
                // It may have been skipped while its scope was cancelled.
                state.waiters.renew(key, cx.waker(), &mut deferred);
                state.settle(&mut deferred);
            }
            let is_granted = state.waiters.standing(key) == Standing::Granted;
            let waits = !is_granted && !is_cancelled;
            if !waits {
                state.waiters.remove(key, &mut deferred);
                state.settle(&mut deferred);
                self.key = None;
            }
            drop(state);
            deferred.run();
            if is_granted {
                budget::spend();
                return Poll::Ready(());
            }
            if waits {
                leaf::wait(cx.waker(), Wait::Acquire);
                return Poll::Pending;
            }
        }
        ready!(leaf::poll_turn(cx));
        let mut state = lock(&semaphore.state);
        if state.try_take(self.count) {
            drop(state);
            budget::spend();
            return Poll::Ready(());
        }
        self.key = Some(state.waiters.push_back(self.count, cx.waker()));
        drop(state);
        leaf::wait(cx.waker(), Wait::Acquire);
        Poll::Pending
    }

    /// Leaves the queue, and passes on what was granted.
    fn leave(&mut self, semaphore: &Semaphore) {
        let Some(key) = self.key.take() else { return };
        let mut deferred = Deferred::default();
        let mut state = lock(&semaphore.state);
        let (count, standing) = state.waiters.remove(key, &mut deferred);
        if standing == Standing::Granted {
            state.permits += count;
        }
        state.settle(&mut deferred);
        drop(state);
        deferred.run();
    }
}

/// The future of [`Semaphore::acquire`] and [`Semaphore::acquire_many`].
///
/// Waiters are served in the order in which they came (law F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[derive(Debug)]
#[must_use = "an acquire does nothing unless it is awaited"]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    waiter: Waiter,
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit<'a>> {
        let this = &mut *self;
        ready!(this.waiter.poll(this.semaphore, cx));
        Poll::Ready(Permit { semaphore: this.semaphore, count: this.waiter.count })
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        self.waiter.leave(self.semaphore);
    }
}

/// The future of [`Semaphore::acquire_owned`].
///
/// And of [`Semaphore::acquire_many_owned`]. Waiters are served in the order in which they came (law
/// F1).
///
/// # Cancel safety
///
/// **Loses its place** in the queue when dropped, and nothing else.
#[derive(Debug)]
#[must_use = "an acquire does nothing unless it is awaited"]
pub struct AcquireOwned {
    semaphore: Arc<Semaphore>,
    waiter: Waiter,
}

impl Future for AcquireOwned {
    type Output = OwnedPermit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<OwnedPermit> {
        let this = &mut *self;
        ready!(this.waiter.poll(&this.semaphore, cx));
        Poll::Ready(OwnedPermit { semaphore: this.semaphore.clone(), count: this.waiter.count })
    }
}

impl Drop for AcquireOwned {
    fn drop(&mut self) {
        self.waiter.leave(&self.semaphore);
    }
}

/// Permits that are given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is not held is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    count: usize,
}

impl Permit<'_> {
    /// Takes the permits out of the semaphore for good (law L4).
    pub fn forget(mut self) {
        let count = std::mem::take(&mut self.count);
        self.semaphore.change(|state| state.total -= count);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.change(|state| state.permits += self.count);
    }
}

/// Permits that keep their semaphore alive.
///
/// They are given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is not held is given back at once"]
pub struct OwnedPermit {
    semaphore: Arc<Semaphore>,
    count: usize,
}

impl OwnedPermit {
    /// Takes the permits out of the semaphore for good (law L4).
    pub fn forget(mut self) {
        let count = std::mem::take(&mut self.count);
        self.semaphore.change(|state| state.total -= count);
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        self.semaphore.change(|state| state.permits += self.count);
    }
}

impl crate::backend::Semaphore for Arc<Semaphore> {
    type Permit = OwnedPermit;

    fn acquire_many(&self, count: usize) -> impl Future<Output = OwnedPermit> + Send {
        self.clone().acquire_many_owned(count)
    }

    fn try_acquire(&self) -> Result<OwnedPermit, TryAcquireError> {
        self.clone().try_acquire_owned()
    }

    fn available(&self) -> usize {
        Semaphore::available(self)
    }

    fn add_permits(&self, count: usize) {
        Semaphore::add_permits(self, count);
    }

    fn forget(permit: OwnedPermit) {
        permit.forget();
    }
}
