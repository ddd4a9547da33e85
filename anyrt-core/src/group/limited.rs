//! A group through which only so many children run at once.

use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::{TaskGroup, TaskHandle};
use crate::driver::Driver;
use crate::error::GROUP_CLOSED;
use crate::outcome::Outcome;
use crate::sync::{AcquireOwned, OwnedPermit, Semaphore};

/// A task group through which at most so many children run at once.
///
/// Made by [`TaskGroup::limited`]. Clones share the limit.
#[doc(alias = "buffer_unordered")]
pub struct LimitedGroup<D, E> {
    group: TaskGroup<D, E>,
    permits: Arc<Semaphore>,
}

impl<D, E> LimitedGroup<D, E> {
    pub(super) fn new(group: TaskGroup<D, E>, limit: usize) -> Self {
        Self { group, permits: Arc::new(Semaphore::new(limit)) }
    }

    /// Tells how many more children could run now.
    pub fn available(&self) -> usize {
        self.permits.available()
    }
}

impl<D: Driver, E: Send + 'static> LimitedGroup<D, E> {
    /// Waits until fewer children run than may, and starts one more.
    ///
    /// Callers get their turn in the order in which they came (law F1). A child's place is free once
    /// its future has been dropped.
    ///
    /// # Panics
    ///
    /// Panics if the group has ended meanwhile.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped; the child's future is dropped with it, and was
    /// not run.
    #[track_caller]
    pub fn spawn_when_free<F>(&self, future: F) -> SpawnWhenFree<D, E, F>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        SpawnWhenFree {
            acquire: self.permits.clone().acquire_owned(),
            group: self.group.clone(),
            place: Location::caller(),
            future: Some(future),
        }
    }
}

impl<D, E> Clone for LimitedGroup<D, E> {
    fn clone(&self) -> Self {
        Self { group: self.group.clone(), permits: self.permits.clone() }
    }
}

impl<D: Driver, E: Send + 'static> Debug for LimitedGroup<D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedGroup")
            .field("group", &self.group)
            .field("available", &self.available())
            .finish()
    }
}

pin_project! {
    /// The future of [`LimitedGroup::spawn_when_free`].
    ///
    /// Callers get their turn in the order in which they came (law F1).
    ///
    /// # Panics
    ///
    /// Panics if the group has ended meanwhile.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped; the child was not run.
    #[must_use = "a child is not started unless this is awaited"]
    pub struct SpawnWhenFree<D, E, F> {
        #[pin]
        acquire: AcquireOwned,
        group: TaskGroup<D, E>,
        place: &'static Location<'static>,
        future: Option<F>,
    }
}

impl<D, E, F> Future for SpawnWhenFree<D, E, F>
where
    D: Driver,
    E: Send + 'static,
    F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
{
    type Output = TaskHandle<<F::Output as Outcome<E>>::Value>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let permit = ready!(this.acquire.poll(cx));
        let Some(future) = this.future.take() else {
            panic!("a spawn was polled after it had given its handle");
        };
        match this.group.spawn_from(this.place, Permitted { future, _permit: permit }) {
            Ok(handle) => Poll::Ready(handle),
            Err(_) => panic!("{GROUP_CLOSED} (spawned at {})", this.place),
        }
    }
}

impl<D, E, F> Debug for SpawnWhenFree<D, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpawnWhenFree")
            .field("spawned_at", &format_args!("{}", self.place))
            .field("is_waiting", &self.future.is_some())
            .finish()
    }
}

pin_project! {
    /// A child's future with its permit, which is given back after the future is dropped.
    struct Permitted<F> {
        #[pin]
        future: F,
        _permit: OwnedPermit,
    }
}

impl<F: Future> Future for Permitted<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}
