//! A group through which only so many children run at once.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::host::Host;
use super::{Readiness, Start, TaskGroup, TaskHandle};
use crate::driver::Driver;
use crate::error::GROUP_CLOSED;
use crate::outcome::Outcome;
use crate::sync::{AcquireOwned, OwnedPermit, Semaphore};

/// A task group through which at most so many children run at once.
///
/// Made by [`TaskGroup::limited`]. Clones share the limit. `G` is the group: an inline group can be
/// limited, too.
#[doc(alias = "buffer_unordered")]
pub struct LimitedGroup<D, E, G = TaskGroup<D, E>> {
    group: G,
    permits: Arc<Semaphore>,
    types: PhantomData<fn() -> (D, E)>,
}

impl<D, E, G> LimitedGroup<D, E, G> {
    pub(crate) fn new(group: G, limit: usize) -> Self {
        Self { group, permits: Arc::new(Semaphore::new(limit)), types: PhantomData }
    }

    /// Tells how many more children could run now.
    pub fn available(&self) -> usize {
        self.permits.available()
    }
}

impl<'env, D, E, G> LimitedGroup<D, E, G>
where
    D: Driver,
    E: Send + 'static,
    G: Host<'env, D, E>,
{
    /// Waits until fewer children run than may, and starts one more.
    ///
    /// Callers get their turn in the order in which they came (law G14). A child's place is free once
    /// its future has been dropped (law G13).
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
    pub fn spawn_when_free<F>(&self, future: F) -> SpawnWhenFree<D, E, F, G>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        SpawnWhenFree {
            acquire: self.permits.clone().acquire_owned(),
            group: self.group.clone(),
            place: Location::caller(),
            future: Some(future),
            types: PhantomData,
        }
    }

    /// Waits for a place, starts a child, and waits until that is ready.
    ///
    /// It is [`TaskGroup::start`] once it has its turn, for which callers wait in the order in which they
    /// came (law G14); that wait does not keep the group open. A child has its place also while it is
    /// not ready.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a child that was not ready yet.
    ///
    /// # Errors
    ///
    /// [`StartError`](crate::error::StartError) as of [`TaskGroup::start`];
    /// [`Closed`](crate::error::StartError::Closed) also if the group ended before the turn came.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Before its turn it loses its place in the queue, and no child was made. After it, a child
    /// that is not ready is cancelled, and joined by the caller or by the group (law R4).
    #[track_caller]
    pub fn start<V, M, F>(&self, make: M) -> Start<D, E, M, F, V, G>
    where
        V: Send + 'static,
        M: FnOnce(Readiness<V, E>) -> F,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        let turn = self.permits.clone().acquire_owned();
        Start::new(self.group.clone(), Location::caller(), make, Some(turn))
    }
}

impl<D: Driver, E: Send + 'static> crate::backend::LimitedGroup<E> for LimitedGroup<D, E> {
    type Handle<T: Send + 'static> = TaskHandle<T>;

    #[track_caller]
    fn spawn_when_free<F>(
        &self,
        future: F,
    ) -> impl Future<Output = TaskHandle<<F::Output as Outcome<E>>::Value>> + Send
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        self.spawn_when_free(future)
    }

    fn available(&self) -> usize {
        self.available()
    }
}

impl<D, E, G: Clone> Clone for LimitedGroup<D, E, G> {
    fn clone(&self) -> Self {
        Self { group: self.group.clone(), permits: self.permits.clone(), types: PhantomData }
    }
}

impl<D, E, G: Debug> Debug for LimitedGroup<D, E, G> {
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
    /// Callers get their turn in the order in which they came (law G14).
    ///
    /// # Panics
    ///
    /// Panics if the group has ended meanwhile.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped; the child was not run.
    #[must_use = "a child is not started unless this is awaited"]
    pub struct SpawnWhenFree<D, E, F, G = TaskGroup<D, E>> {
        #[pin]
        acquire: AcquireOwned,
        group: G,
        place: &'static Location<'static>,
        future: Option<F>,
        types: PhantomData<fn() -> (D, E)>,
    }
}

impl<'env, D, E, F, G> Future for SpawnWhenFree<D, E, F, G>
where
    D: Driver,
    E: Send + 'static,
    F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    G: Host<'env, D, E>,
{
    type Output = TaskHandle<<F::Output as Outcome<E>>::Value>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let permit = ready!(this.acquire.poll(cx));
        let Some(future) = this.future.take() else {
            panic!("a spawn was polled after it had given its handle");
        };
        match this.group.spawn_from(this.place, Permitted { future, _permit: Some(permit) }) {
            Ok(handle) => Poll::Ready(handle),
            Err(_) => panic!("{GROUP_CLOSED} (spawned at {})", this.place),
        }
    }
}

impl<D, E, F, G> Debug for SpawnWhenFree<D, E, F, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpawnWhenFree")
            .field("spawned_at", &format_args!("{}", self.place))
            .field("is_waiting", &self.future.is_some())
            .finish()
    }
}

pin_project! {
    /// A child's future with its permit, which is given back after the future is dropped.
    pub(super) struct Permitted<F> {
        #[pin]
        pub(super) future: F,
        // None if the group has no limit.
        pub(super) _permit: Option<OwnedPermit>,
    }
}

impl<F: Future> Future for Permitted<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}
