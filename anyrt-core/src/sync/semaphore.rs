//! A fair semaphore.
//!
//! # Invariants
//!
//! - `permits` counts what is neither held nor set aside; `total` counts those as well.
//! - Without a permit nobody who waits can be served, unless somebody ever waited for no permits.

mod permit;

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::queued::{Asking, Gate, Queued, Supply};
use crate::error::TryAcquireError;
use crate::waiting::Wait;

pub use permit::{OwnedPermit, Permit};

/// A counted set of permits, given out in the order of asking.
///
/// It needs no runtime and fits into a `static`. It never gives out more permits than it has (law
/// L1), and a permit that is given back goes to the first that waits (laws F1, L2).
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
    queued: Queued<Permits>,
}

pub(crate) struct Permits {
    permits: usize,
    total: usize,
    /// Whether somebody has waited who asked for none, behind others.
    was_asked_for_none: bool,
}

impl Supply for Permits {
    type Ask = usize;
    type Taken = usize;

    const WAIT: Wait = Wait::Acquire;

    fn is_spent(&self) -> bool {
        self.permits == 0 && !self.was_asked_for_none
    }

    fn lacks(&self, count: usize) -> bool {
        self.permits < count
    }

    fn expect(&mut self, count: usize) {
        self.was_asked_for_none |= count == 0;
    }

    fn set_aside(&mut self, count: &mut usize) -> bool {
        let fits = self.permits >= *count;
        if fits {
            self.permits -= *count;
        }
        fits
    }

    fn hand_out(&mut self, count: usize) -> usize {
        count
    }

    fn put_back(&mut self, count: usize) {
        self.permits += count;
    }
}

impl Gate for Semaphore {
    type Supply = Permits;

    fn queued(&self) -> &Queued<Permits> {
        &self.queued
    }
}

impl Semaphore {
    /// Makes a semaphore with so many permits.
    pub const fn new(permits: usize) -> Self {
        Self { queued: Queued::new(Permits { permits, total: permits, was_asked_for_none: false }) }
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
        Acquire { asking: Asking::new(self, count) }
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
        AcquireOwned { asking: Asking::new(self, count) }
    }

    /// Takes a permit if one is free and nobody waits for it (law L2).
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there is none.
    pub fn try_acquire(&self) -> Result<Permit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes `count` permits if they are free and nobody waits for them.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there are fewer, or somebody waits (law L2).
    pub fn try_acquire_many(&self, count: usize) -> Result<Permit<'_>, TryAcquireError> {
        let taken = self.queued.try_take(count).ok_or_else(TryAcquireError::new);
        taken.map(|count| Permit::new(self, count))
    }

    /// Takes a permit that keeps the semaphore alive.
    ///
    /// It takes one that is free and that nobody waits for (law L2).
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there is none.
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedPermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// Takes `count` permits that keep the semaphore alive.
    ///
    /// It takes those that are free and that nobody waits for (law L2).
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there are fewer, or somebody waits.
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        count: usize,
    ) -> Result<OwnedPermit, TryAcquireError> {
        let taken = self.queued.try_take(count).ok_or_else(TryAcquireError::new);
        taken.map(|count| OwnedPermit::new(self, count))
    }

    /// Counts the permits that nobody holds and nobody was promised.
    pub fn available(&self) -> usize {
        self.queued.look(|permits, _| permits.permits)
    }

    /// Adds permits, and wakes as many waiters as fit, in order (law L4).
    ///
    /// # Panics
    ///
    /// Panics if there would be more than `usize::MAX` permits, those that are held included.
    pub fn add_permits(&self, count: usize) {
        self.queued.change(|permits| {
            let total = permits.total.checked_add(count);
            permits.total = total.expect("a semaphore has at most usize::MAX permits");
            permits.permits += count;
        });
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> SemaphoreStatistics {
        self.queued.look(|permits, waiting| SemaphoreStatistics {
            available: permits.permits,
            total: permits.total,
            waiting,
        })
    }

    fn give_back(&self, count: usize) {
        self.queued.change(|permits| permits.permits += count);
    }

    fn forget(&self, count: usize) {
        self.queued.change(|permits| permits.total -= count);
    }
}

impl Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SemaphoreStatistics { available, total, waiting } = self.statistics();
        f.debug_struct("Semaphore")
            .field("available", &available)
            .field("total", &total)
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
    /// All permits, those that are held among them.
    ///
    /// Forgotten ones are gone (law L4).
    pub total: usize,
    /// The waiters.
    ///
    /// Those that were just granted but not polled yet are among them.
    pub waiting: usize,
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
    asking: Asking<&'a Semaphore>,
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit<'a>> {
        self.asking.poll(cx).map(|(semaphore, count)| Permit::new(semaphore, count))
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
    asking: Asking<Arc<Semaphore>>,
}

impl Future for AcquireOwned {
    type Output = OwnedPermit;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<OwnedPermit> {
        self.asking.poll(cx).map(|(semaphore, count)| OwnedPermit::new(semaphore, count))
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
