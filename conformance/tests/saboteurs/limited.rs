//! Limited groups that let in too many, or the wrong ones.

use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, LimitedGroup, Outcome, TaskGroup};

use super::Fault;
use super::child::take;
use super::group::Group;
use super::handle::Handle;
use super::semaphore::{Permit, Semaphore};

pub(crate) struct Limited<B: Backend, E: Send + 'static> {
    group: Group<B, E>,
    good: <B::TaskGroup<E> as TaskGroup<E>>::Limited,
    /// Counts the places instead of the good one, for faults of the queue and of the places.
    places: Option<Semaphore<B>>,
}

impl<B: Backend, E: Send + 'static> Clone for Limited<B, E> {
    fn clone(&self) -> Self {
        let (group, good) = (self.group.clone(), self.good.clone());
        Self { group, good, places: self.places.clone() }
    }
}

impl<B: Backend, E: Send + 'static> Limited<B, E> {
    pub(super) fn new(group: &Group<B, E>, limit: usize) -> Self {
        let backend = &group.backend;
        let places = match backend.fault {
            Fault::LimitServesTheLast => Some(Fault::LastWaiterFirst),
            Fault::LimitLosesATurn => Some(Fault::WakeUpLost),
            Fault::PlaceFreeBeforeTheEnd | Fault::PlaceLostByFailure => Some(Fault::None),
            _ => None,
        };
        let more = usize::from(backend.has(Fault::OneChildTooMany));
        Self {
            good: group.good.limited(limit + more),
            group: group.clone(),
            places: places.map(|fault| Semaphore::new(&backend.with(fault), limit)),
        }
    }
}

impl<B: Backend, E: Send + 'static> LimitedGroup<E> for Limited<B, E> {
    type Handle<T: Send + 'static> = Handle<T>;

    fn spawn_when_free<F>(
        &self,
        future: F,
    ) -> impl Future<Output = Handle<<F::Output as Outcome<E>>::Value>> + Send
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        let (slot, joined) = Group::<B, E>::pack(future);
        let child = self.group.child(slot.clone(), joined.clone());
        let spawn = match &self.places {
            None => Ok(self.good.spawn_when_free(child)),
            Some(places) => Err((places, slot)),
        };
        async move {
            match spawn {
                Ok(good) => self.group.handle(Box::new(good.await), joined),
                Err((places, slot)) => {
                    let permit = Some(places.acquire().await);
                    let (future, fault) = (Box::pin(take(&slot)), self.group.backend.fault);
                    self.group.spawn(Placed { future, permit, fault, failure: PhantomData })
                }
            }
        }
    }

    fn available(&self) -> usize {
        match &self.places {
            Some(places) => places.available(),
            None => {
                let more = usize::from(self.group.backend.has(Fault::OneChildTooMany));
                self.good.available().saturating_sub(more)
            }
        }
    }
}

/// A child with its place, which it gives back when it is dropped.
struct Placed<B: Backend, F, E> {
    future: Pin<Box<F>>,
    permit: Option<Permit<B>>,
    fault: Fault,
    failure: PhantomData<fn() -> E>,
}

/// The future is boxed, so nothing here is pinned.
impl<B: Backend, F, E> Unpin for Placed<B, F, E> {}

impl<B: Backend, F: Future<Output: Outcome<E>>, E> Future for Placed<B, F, E> {
    type Output = Result<<F::Output as Outcome<E>>::Value, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(outcome) = self.future.as_mut().poll(cx) else { return Poll::Pending };
        let result = outcome.into_result();
        match self.fault {
            Fault::PlaceFreeBeforeTheEnd => drop(self.permit.take()),
            Fault::PlaceLostByFailure if result.is_err() => mem::forget(self.permit.take()),
            _ => {}
        }
        Poll::Ready(result)
    }
}
