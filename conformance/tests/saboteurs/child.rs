//! What the good group is given instead of a child.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Outcome};

use super::Fault;
use super::group::Group;
use super::handle::Joined;
use super::tools::{BoxFuture, catch, lock, while_polling};

/// A future on its way to its child; it can be taken back while nobody has polled it.
pub(super) type Slot<F> = Arc<Mutex<Option<F>>>;

pub(super) fn take<F>(slot: &Slot<F>) -> F {
    lock(slot).take().expect("a future is taken once")
}

impl<B: Backend, E: Send + 'static> Group<B, E> {
    pub(super) fn pack<F>(future: F) -> (Slot<F>, Joined) {
        (Arc::new(Mutex::new(Some(future))), Joined::default())
    }

    /// What ends the next child that is spawned, though the child has not ended.
    fn ends_early(&self) -> Option<Joined> {
        match self.backend.fault {
            Fault::AbortedIsFine => lock(&self.backend.shared.aborts).take(),
            Fault::BackgroundEndsWithBody if self.is_background => {
                let end = Joined::default();
                lock(&self.state.end_with_body).push(end.clone());
                Some(end)
            }
            _ => None,
        }
    }

    /// What the good group is given instead of the child; no value stands for a failure.
    pub(super) fn child<F, T>(
        &self,
        slot: Slot<F>,
        joined: Joined,
    ) -> BoxFuture<Result<Option<T>, E>>
    where
        F: Future<Output: Outcome<E, Value = T> + Send> + Send + 'static,
        T: Send + 'static,
    {
        let (backend, state, group) = (self.backend.clone(), self.state.clone(), self.good.clone());
        let ends_early = self.ends_early();
        let is_supervised = state.is_supervisor;
        Box::pin(async move {
            let future = async { take(&slot).await.into_result() };
            if let Some(end) = ends_early {
                while_polling(pin!(future), pin!(end.wait())).await;
                return Ok(None);
            }
            match backend.fault {
                Fault::ChildWaitsForJoiner => {
                    joined.wait().await;
                    future.await.map(Some)
                }
                Fault::DeafToThreads => deaf(future).await.map(Some),
                Fault::ChildrenShielded => backend.good.shield(future).await.map(Some),
                Fault::PanicSwallowed => swallowing(future).await,
                Fault::SupervisorSwallowsPanics if is_supervised => swallowing(future).await,
                Fault::SupervisorCancels if is_supervised => {
                    future.await.map(Some).inspect_err(|_| group.cancel())
                }
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

/// Makes of a panic an end without a value.
pub(super) async fn swallowing<T, E>(
    future: impl Future<Output = Result<T, E>>,
) -> Result<Option<T>, E> {
    match catch(future).await {
        Ok(result) => result.map(Some),
        Err(_) => Ok(None),
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

    let mut future = pin!(future);
    poll_fn(|cx| {
        let waker = Waker::from(Arc::new(Deaf(cx.waker().clone())));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}
