//! Groups that spawn, wait or fail wrongly.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use anyrt_core::error::{Cancelled, Failures, GroupClosed, GroupError, Reason, StartError};
use anyrt_core::{Backend, Outcome, TaskGroup};

use super::handle::{Child, Handle, Joined, Never};
use super::tools::{BoxFuture, catch, give_way, lock, on_drop};
use super::{Fault, Sabotaged, start};

pub(crate) struct Group<B: Backend, E: Send + 'static> {
    pub(super) good: B::TaskGroup<E>,
    pub(super) backend: Sabotaged<B>,
    state: Arc<State<E>>,
}

struct State<E> {
    /// Failures that the good group does not know of.
    aside: Mutex<Vec<E>>,
    is_cancelled: AtomicBool,
    is_body_over: AtomicBool,
    spawned: AtomicUsize,
}

impl<B: Backend, E: Send + 'static> Clone for Group<B, E> {
    fn clone(&self) -> Self {
        let (good, backend) = (self.good.clone(), self.backend.clone());
        Self { good, backend, state: self.state.clone() }
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
    let state = Arc::new(State {
        aside: Mutex::new(Vec::new()),
        is_cancelled: AtomicBool::new(false),
        is_body_over: AtomicBool::new(false),
        spawned: AtomicUsize::new(0),
    });
    backend.shared.groups.fetch_add(1, Ordering::SeqCst);
    let _counted = on_drop(|| {
        backend.shared.groups.fetch_sub(1, Ordering::SeqCst);
    });
    let good = backend.good.task_group(|good| {
        let body = body(Group { good, backend: backend.clone(), state: state.clone() });
        async {
            let outcome = body.await.into_result();
            state.is_body_over.store(true, Ordering::SeqCst);
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

/// A future on its way to its child; it can be taken back while nobody has polled it.
type Slot<F> = Arc<Mutex<Option<F>>>;

fn take<F>(slot: &Slot<F>) -> F {
    lock(slot).take().expect("a future is taken once")
}

impl<B: Backend, E: Send + 'static> Group<B, E> {
    /// What the good group is given instead of the child; no value stands for a failure.
    fn child<F, T>(&self, slot: Slot<F>, joined: Joined) -> BoxFuture<Result<Option<T>, E>>
    where
        F: Future<Output: Outcome<E, Value = T> + Send> + Send + 'static,
        T: Send + 'static,
    {
        let (backend, state) = (self.backend.clone(), self.state.clone());
        Box::pin(async move {
            let future = async { take(&slot).await.into_result() };
            match backend.fault {
                Fault::ChildWaitsForJoiner => {
                    joined.wait().await;
                    future.await.map(Some)
                }
                Fault::DeafToThreads => deaf(future).await.map(Some),
                Fault::ChildrenShielded => backend.good.shield(future).await.map(Some),
                Fault::PanicSwallowed => match catch(future).await {
                    Ok(result) => result.map(Some),
                    Err(_) => Ok(None),
                },
                Fault::FailureCancelsNobody => Ok(match future.await {
                    Ok(value) => Some(value),
                    Err(failure) => {
                        lock(&state.aside).push(failure);
                        None
                    }
                }),
                _ => future.await.map(Some),
            }
        })
    }
}

impl<B: Backend, E: Send + 'static> TaskGroup<E> for Group<B, E> {
    type Handle<T: Send + 'static> = Handle<T>;
    type Readiness<V: Send + 'static> = start::Readiness<B, E, V>;

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
        let (slot, joined) = (Arc::new(Mutex::new(Some(future))), Joined::default());
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
        let background = lock(&self.backend.shared.background).clone();
        let good: Box<dyn Child<_>> = match background {
            Some(background) => {
                Box::new(background.spawn(async move { Ok(child.await.ok().flatten()) }))
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
        let group = self.good.clone();
        let cancel_group = move || group.cancel();
        Ok(Handle { good: Some(good), fault, joined, cancel_group: Box::new(cancel_group) })
    }

    fn start<V, M, F>(&self, make: M) -> impl Future<Output = Result<V, StartError<E>>> + Send
    where
        V: Send + 'static,
        M: FnOnce(Self::Readiness<V>) -> F + Send,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        start::run(self, make)
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

/// Polls a future with a waker that works only where a task of anyrt is polled.
async fn deaf<F: Future>(future: F) -> F::Output {
    struct Deaf(Waker);

    impl Wake for Deaf {
        fn wake(self: Arc<Self>) {
            if anyrt_core::with_backend(|_| ()).is_some() {
                self.0.wake_by_ref();
            }
        }
    }

    let mut future = std::pin::pin!(future);
    poll_fn(|cx| {
        let waker = Waker::from(Arc::new(Deaf(cx.waker().clone())));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}
