//! Inline groups that run, end or drop their children wrongly.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use anyrt_core::error::{Failures, GroupClosed, GroupError, Reason};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, InlineGroup, Outcome};

use super::child::{Slot, swallowing, take};
use super::handle::{Child, Handle, Joined};
use super::tools::lock;
use super::{Fault, Sabotaged};

pub(crate) struct Group<'env, B: Backend, E: Send + 'static> {
    good: B::InlineGroup<'env, E>,
    backend: Sabotaged<B>,
    /// Failures that the good group does not know of.
    aside: Arc<Mutex<Vec<E>>>,
    /// Held by the child that runs, where only one does.
    turn: B::Semaphore,
}

impl<B: Backend, E: Send + 'static> Clone for Group<'_, B, E> {
    fn clone(&self) -> Self {
        let (good, backend) = (self.good.clone(), self.backend.clone());
        Self { good, backend, aside: self.aside.clone(), turn: self.turn.clone() }
    }
}

/// Runs an inline group with the backend's fault.
pub(super) async fn run<'env, B, E, O, Body, Fut>(
    backend: Sabotaged<B>,
    body: Body,
) -> Result<O::Value, GroupError<E>>
where
    B: Backend,
    E: Send + 'static,
    O: Outcome<E, Value: Send> + Send,
    Body: FnOnce(Group<'env, B, E>) -> Fut + Send,
    Fut: Future<Output = O> + Send,
{
    let (aside, turn) = (Arc::default(), backend.good.semaphore(1));
    let good = backend.good.inline_group(|good| {
        body(Group { good, backend: backend.clone(), aside: Arc::clone(&aside), turn })
    });
    let mut running = Running { future: Some(Box::pin(good)), fault: backend.fault };
    let result = poll_fn(|cx| {
        let future = running.future.as_mut().expect("it is polled until it is ready");
        let poll = future.as_mut().poll(cx);
        if poll.is_ready() {
            running.future = None;
        }
        poll
    })
    .await;
    match Failures::new(mem::take(&mut *lock(&aside))) {
        Some(failures) => Err(GroupError::Failed(failures)),
        None => result,
    }
}

/// The good group's future, which a fault leaks when it is dropped.
struct Running<F> {
    future: Option<Pin<Box<F>>>,
    fault: Fault,
}

impl<F> Drop for Running<F> {
    fn drop(&mut self) {
        if self.fault == Fault::DroppedInlineGroupLeaks {
            mem::forget(self.future.take());
        }
    }
}

type BoxFuture<'env, T> = Pin<Box<dyn Future<Output = T> + Send + 'env>>;

impl<'env, B: Backend, E: Send + 'static> Group<'env, B, E> {
    /// What the good group is given instead of the child; no value stands for a failure.
    fn child<F, T>(&self, slot: Slot<F>) -> BoxFuture<'env, Result<Option<T>, E>>
    where
        F: Future<Output: Outcome<E, Value = T> + Send> + Send + 'env,
        T: Send + 'static,
    {
        let (backend, aside, turn) = (self.backend.clone(), self.aside.clone(), self.turn.clone());
        Box::pin(async move {
            let future = async { take(&slot).await.into_result() };
            match backend.fault {
                Fault::InlineOneByOne => {
                    let _turn = turn.acquire().await;
                    future.await.map(Some)
                }
                Fault::InlineShielded => backend.good.shield(future).await.map(Some),
                Fault::InlineSwallowsPanics => swallowing(future).await,
                Fault::InlineFailureCancelsNobody => Ok(match future.await {
                    Ok(value) => Some(value),
                    Err(failure) => {
                        lock(&aside).push(failure);
                        None
                    }
                }),
                Fault::InlineLeaks => {
                    let mut leaked = mem::ManuallyDrop::new(Box::pin(take(&slot)));
                    leaked.as_mut().await.into_result().map(Some)
                }
                _ => future.await.map(Some),
            }
        })
    }
}

impl<'env, B: Backend, E: Send + 'static> InlineGroup<'env, E> for Group<'env, B, E> {
    type Handle<T: Send + 'static> = Handle<T>;

    fn spawn<F>(&self, future: F) -> Handle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        self.try_spawn(future).unwrap_or_else(|closed| panic!("{closed}"))
    }

    fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<Handle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        let slot = Arc::new(Mutex::new(Some(future)));
        let good: Box<dyn Child<_>> = match self.good.try_spawn(self.child(slot.clone())) {
            Ok(handle) => Box::new(handle),
            Err(GroupClosed(child)) => {
                drop(child);
                return Err(GroupClosed(take(&slot)));
            }
        };
        Ok(Handle {
            good: Some(good),
            fault: self.backend.fault,
            joined: Joined::default(),
            id: None,
            cancel_group: Box::new(|| ()),
        })
    }

    fn cancel(&self) {
        self.good.cancel();
    }

    fn cancel_with(&self, reason: Reason) {
        self.good.cancel_with(reason);
    }
}
