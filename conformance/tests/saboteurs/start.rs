//! A `start` that goes wrong.

use std::future::{Future, pending};

use anyrt_core::error::StartError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Outcome, TaskGroup};

use super::Fault;
use super::group::Group;

/// How a child says that it is ready.
pub(crate) enum Readiness<B: Backend, E: Send + 'static, V: Send + 'static> {
    Good(<B::TaskGroup<E> as TaskGroup<E>>::Readiness<V>),
    /// The child was only spawned.
    Sent(B::Sender<V>),
}

impl<B, E, V> anyrt_core::Readiness<V> for Readiness<B, E, V>
where
    B: Backend,
    E: Send + 'static,
    V: Send + 'static,
{
    fn started(self, value: V) {
        match self {
            Self::Good(good) => good.started(value),
            Self::Sent(sender) => drop(sender.try_send(value)),
        }
    }
}

/// Starts a child with the backend's fault.
pub(super) async fn run<B, E, V, M, F>(group: &Group<B, E>, make: M) -> Result<V, StartError<E>>
where
    B: Backend,
    E: Send + 'static,
    V: Send + 'static,
    M: FnOnce(Readiness<B, E, V>) -> F + Send,
    F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
{
    let (backend, good) = (&group.backend.good, &group.good);
    match group.backend.fault {
        Fault::StartIgnoresCaller => {
            let (sender, receiver) = backend.unbounded();
            good.spawn(make(Readiness::Sent(sender)));
            receiver.recv().await.map_err(|_| StartError::NeverStarted)
        }
        Fault::StartWaitsForEnd => {
            let (living, ended) = backend.unbounded::<()>();
            let started = good.start(|ready| {
                let child = make(Readiness::Good(ready));
                async move {
                    let _living = living;
                    child.await.into_result()
                }
            });
            let value = started.await;
            let _ = ended.recv().await;
            value
        }
        Fault::StartIgnoresGroup => {
            let shields = backend.clone();
            good.start(|ready| {
                let child = make(Readiness::Good(ready));
                async move { shields.shield(child).await.into_result() }
            })
            .await
        }
        fault => {
            let result = good.start(|ready| make(Readiness::Good(ready))).await;
            match result {
                Err(StartError::Failed(_)) if fault == Fault::StartFailureCancels => group.cancel(),
                Err(StartError::NeverStarted) if fault == Fault::StartWaitsForEver => {
                    return pending().await;
                }
                _ => {}
            }
            result
        }
    }
}
