//! Groups that spawn, wait or fail wrongly.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use anyrt_core::error::{Cancelled, Failures, GroupClosed, GroupError, Reason, StartError};
use anyrt_core::task::TaskId;
use anyrt_core::{Backend, Outcome, TaskGroup};

use super::child::take;
use super::handle::{Child, Handle, Joined, Never};
use super::nesting::Link;
use super::tools::{give_way, lock, on_drop};
use super::{Fault, Sabotaged, limited, start};

pub(crate) struct Group<B: Backend, E: Send + 'static> {
    pub(super) good: B::TaskGroup<E>,
    pub(super) backend: Sabotaged<B>,
    pub(super) state: Arc<State<E>>,
    pub(super) is_background: bool,
}

pub(super) struct State<E> {
    /// Failures that the good group does not know of.
    pub(super) aside: Mutex<Vec<E>>,
    is_cancelled: AtomicBool,
    is_body_over: AtomicBool,
    spawned: AtomicUsize,
    has_deadline: AtomicBool,
    pub(super) is_supervisor: bool,
    /// Told to those that wrongly end with the body.
    pub(super) end_with_body: Mutex<Vec<Joined>>,
}

impl<E> State<E> {
    pub(super) fn new(is_supervisor: bool) -> Arc<Self> {
        Arc::new(Self {
            aside: Mutex::new(Vec::new()),
            is_cancelled: AtomicBool::new(false),
            is_body_over: AtomicBool::new(false),
            spawned: AtomicUsize::new(0),
            has_deadline: AtomicBool::new(false),
            is_supervisor,
            end_with_body: Mutex::default(),
        })
    }

    fn body_ends(&self) {
        self.is_body_over.store(true, Ordering::SeqCst);
        lock(&self.end_with_body).iter().for_each(Joined::set);
    }
}

impl<B: Backend, E: Send + 'static> Clone for Group<B, E> {
    fn clone(&self) -> Self {
        self.around(self.good.clone())
    }
}

/// Runs a group with the backend's fault.
pub(super) async fn run<B, E, O, Body, Fut>(
    backend: Sabotaged<B>,
    body: Body,
) -> Result<O::Value, GroupError<E>>
where
    B: Backend,
    E: Send + 'static,
    O: Outcome<E, Value: Send> + Send,
    Body: FnOnce(Group<B, E>) -> Fut + Send,
    Fut: Future<Output = O> + Send,
{
    if backend.has(Fault::EmptyGroupYields) {
        give_way().await;
    }
    let _link =
        backend.has(Fault::GroupsAskUpwards).then(|| Link::below(&backend.shared.innermost));
    let state = State::new(false);
    backend.shared.groups.fetch_add(1, Ordering::SeqCst);
    let _counted = on_drop(|| {
        backend.shared.groups.fetch_sub(1, Ordering::SeqCst);
    });
    let good = backend.good.task_group(|good| {
        let body = body(Group::new(good, &backend, &state));
        async {
            let outcome = body.await.into_result();
            state.body_ends();
            outcome
        }
    });
    let mut running = Running { future: Some(Box::pin(good)), fault: backend.fault };
    let result = poll_fn(|cx| {
        let Some(future) = &mut running.future else {
            return Poll::Pending;
        };
        let poll = future.as_mut().poll(cx);
        if poll.is_ready() || backend.has(Fault::GroupReturnsEarly) && backend.good.is_cancelled() {
            // What was not ready is dropped here, and never gives a result.
            running.future = None;
        }
        poll
    })
    .await;
    let is_cancelled = state.is_cancelled.load(Ordering::SeqCst);
    let cancelled = || Err(GroupError::Cancelled(Cancelled::new(Reason::Requested)));
    match (backend.fault, result) {
        (Fault::FailureCancelsNobody, result) => {
            match Failures::new(mem::take(&mut *lock(&state.aside))) {
                Some(failures) => Err(GroupError::Failed(failures)),
                None => result,
            }
        }
        (Fault::SecondFailureSwallowed, Err(GroupError::Failed(failures))) => {
            let first = Failures::new(vec![failures.into_first()]);
            Err(GroupError::Failed(first.expect("there is one")))
        }
        (Fault::CancelBeatsFailures, Err(GroupError::Failed(_)))
            if is_cancelled || backend.good.is_cancelled() =>
        {
            cancelled()
        }
        (Fault::CancelLosesValue, Ok(_)) if is_cancelled => cancelled(),
        (_, result) => result,
    }
}

/// The good group's future, which a fault leaks when it is dropped.
struct Running<F> {
    future: Option<Pin<Box<F>>>,
    fault: Fault,
}

impl<F> Drop for Running<F> {
    fn drop(&mut self) {
        if self.fault == Fault::DroppedGroupLeaks {
            mem::forget(self.future.take());
        }
    }
}

impl<B: Backend, E: Send + 'static> Group<B, E> {
    pub(super) fn new(
        good: B::TaskGroup<E>,
        backend: &Sabotaged<B>,
        state: &Arc<State<E>>,
    ) -> Self {
        Self { good, backend: backend.clone(), state: state.clone(), is_background: false }
    }

    /// The same group, with another view of the good one.
    fn around(&self, good: B::TaskGroup<E>) -> Self {
        let is_background = self.is_background;
        Self { is_background, ..Self::new(good, &self.backend, &self.state) }
    }

    pub(super) fn handle<T>(&self, good: Box<dyn Child<T>>, joined: Joined) -> Handle<T> {
        let (fault, group) = (self.backend.fault, self.good.clone());
        let counted = || TaskId::new(1, self.state.spawned.fetch_add(1, Ordering::SeqCst));
        let id = (fault == Fault::IdsOfOneGroup).then(counted);
        let cancel_group = Box::new(move || group.cancel());
        Handle { good: Some(good), fault, joined, id, cancel_group }
    }
}

impl<B: Backend, E: Send + 'static> TaskGroup<E> for Group<B, E> {
    type Handle<T: Send + 'static> = Handle<T>;
    type Readiness<V: Send + 'static> = start::Readiness<B, E, V>;
    type Limited = limited::Limited<B, E>;

    fn named(&self, name: &str) -> Self {
        match self.backend.fault {
            Fault::NamesForgotten => self.clone(),
            _ => self.around(self.good.named(name)),
        }
    }

    fn background(&self) -> Self {
        let good = match self.backend.fault {
            Fault::BackgroundKeepsOpen | Fault::BackgroundEndsWithBody => self.good.clone(),
            _ => self.good.background(),
        };
        Self { is_background: true, ..self.around(good) }
    }

    fn limited(&self, limit: usize) -> Self::Limited {
        limited::Limited::new(self, limit)
    }

    fn spawn<F>(&self, future: F) -> Handle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        match self.try_spawn(future) {
            Ok(handle) => handle,
            Err(closed) if self.backend.has(Fault::SpawnPanicsElsewhere) => refuse(&closed),
            Err(closed) => panic!("{closed}"),
        }
    }

    fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<Handle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        let fault = self.backend.fault;
        if fault == Fault::ClosedWithBody && self.state.is_body_over.load(Ordering::SeqCst) {
            return Err(GroupClosed(future));
        }
        let (slot, joined) = Self::pack(future);
        let mut child = self.child(slot.clone(), joined.clone());
        if fault == Fault::SpawnPolls
            && let Poll::Ready(result) =
                child.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        {
            child = Box::pin(async move { result });
        }
        if fault == Fault::CancelledChildNeverBegins
            && self.state.is_cancelled.load(Ordering::SeqCst)
        {
            drop(take(&slot));
            child = Box::pin(std::future::pending());
        }
        if fault == Fault::CrowdLeaks && self.state.spawned.fetch_add(1, Ordering::SeqCst) > CROWD {
            child = Box::pin(Leaking(Some(child)));
        }
        let detached = lock(&self.backend.shared.detached).clone();
        let detached = detached.filter(|_| fault == Fault::ChildrenDetached || self.is_background);
        let good: Box<dyn Child<_>> = match detached {
            Some(detached) => {
                Box::new(detached.spawn(async move { Ok(child.await.ok().flatten()) }))
            }
            None => match self.good.try_spawn(child) {
                Ok(handle) => Box::new(handle),
                Err(_) if fault == Fault::NeverCloses => Box::new(Never),
                Err(GroupClosed(child)) => {
                    drop(child);
                    return Err(GroupClosed(take(&slot)));
                }
            },
        };
        if fault == Fault::ChildInheritsSpawner && self.backend.good.is_cancelled() {
            good.cancel();
        }
        Ok(self.handle(good, joined))
    }

    fn start<V, M, F>(&self, make: M) -> impl Future<Output = Result<V, StartError<E>>> + Send
    where
        V: Send + 'static,
        M: FnOnce(Self::Readiness<V>) -> F + Send,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        start::run(self, make)
    }

    fn set_deadline(&self, deadline: Option<Instant>) {
        match self.backend.fault {
            Fault::GroupDeadlineIgnored => {}
            Fault::GroupDeadlineStays if self.state.has_deadline.swap(true, Ordering::SeqCst) => {}
            _ => self.good.set_deadline(deadline),
        }
    }

    fn cancel(&self) {
        self.state.is_cancelled.store(true, Ordering::SeqCst);
        self.good.cancel();
    }

    fn cancel_with(&self, reason: Reason) {
        self.state.is_cancelled.store(true, Ordering::SeqCst);
        self.good.cancel_with(reason);
    }
}

/// Panics at a line that no caller knows.
fn refuse<F>(closed: &GroupClosed<F>) -> ! {
    panic!("{closed}")
}

/// How many children a group may have before a fault begins to leak them.
const CROWD: usize = 50_000;

/// Leaks its future when it is dropped.
struct Leaking<F>(Option<F>);

impl<F: Future + Unpin> Future for Leaking<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().map_or(Poll::Pending, |future| Pin::new(future).poll(cx))
    }
}

impl<F> Drop for Leaking<F> {
    fn drop(&mut self) {
        mem::forget(self.0.take());
    }
}
