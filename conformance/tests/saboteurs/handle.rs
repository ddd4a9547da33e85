//! Handles that join or end wrongly.

use std::future::{IntoFuture, pending, poll_fn};
use std::panic::Location;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use anyrt_core::TaskHandle;
use anyrt_core::error::{Cancelled, Reason, TaskError};
use anyrt_core::task::TaskId;

use super::Fault;
use super::tools::{BoxFuture, lock};

/// A handle of the good group, whatever its type.
pub(super) trait Child<T>: Send + Sync {
    fn cancel(&self);
    fn is_finished(&self) -> bool;
    fn id(&self) -> TaskId;
    fn name(&self) -> Option<&str>;
    fn spawned_at(&self) -> &'static Location<'static>;
    fn join(self: Box<Self>) -> BoxFuture<Result<T, TaskError>>;
    fn value(self: Box<Self>) -> BoxFuture<T>;
}

impl<T: Send + 'static, H: TaskHandle<Option<T>>> Child<T> for H {
    fn cancel(&self) {
        TaskHandle::cancel(self);
    }

    fn is_finished(&self) -> bool {
        TaskHandle::is_finished(self)
    }

    fn id(&self) -> TaskId {
        TaskHandle::id(self)
    }

    fn name(&self) -> Option<&str> {
        TaskHandle::name(self)
    }

    fn spawned_at(&self) -> &'static Location<'static> {
        TaskHandle::spawned_at(self)
    }

    fn join(self: Box<Self>) -> BoxFuture<Result<T, TaskError>> {
        Box::pin(async move { (*self).await?.ok_or(TaskError::Failed) })
    }

    fn value(self: Box<Self>) -> BoxFuture<T> {
        Box::pin(async move {
            match TaskHandle::value(*self).await {
                Some(value) => value,
                None => pending().await,
            }
        })
    }
}

/// The handle of a child that does not run.
pub(super) struct Never;

impl<T: Send + 'static> Child<T> for Never {
    fn cancel(&self) {}

    fn is_finished(&self) -> bool {
        false
    }

    fn id(&self) -> TaskId {
        TaskId::new(0, 0)
    }

    fn name(&self) -> Option<&str> {
        None
    }

    fn spawned_at(&self) -> &'static Location<'static> {
        Location::caller()
    }

    fn join(self: Box<Self>) -> BoxFuture<Result<T, TaskError>> {
        Box::pin(pending())
    }

    fn value(self: Box<Self>) -> BoxFuture<T> {
        Box::pin(pending())
    }
}

pub(crate) struct Handle<T> {
    pub(super) good: Option<Box<dyn Child<T>>>,
    pub(super) fault: Fault,
    pub(super) joined: Joined,
    /// The child's id, if it is not the good one.
    pub(super) id: Option<TaskId>,
    pub(super) cancel_group: Box<dyn Fn() + Send + Sync>,
}

impl<T> Handle<T> {
    fn good(&self) -> &dyn Child<T> {
        self.good.as_deref().expect("a handle is joined once")
    }
}

impl<T: Send + 'static> TaskHandle<T> for Handle<T> {
    fn cancel(&self) {
        if self.fault == Fault::HandleCancelsGroup {
            (self.cancel_group)();
        }
        self.good().cancel();
    }

    fn is_finished(&self) -> bool {
        self.good().is_finished()
    }

    fn id(&self) -> TaskId {
        self.id.unwrap_or_else(|| self.good().id())
    }

    fn name(&self) -> Option<&str> {
        self.good().name()
    }

    fn spawned_at(&self) -> &'static Location<'static> {
        match self.fault {
            Fault::SpawnedElsewhere => Location::caller(),
            _ => self.good().spawned_at(),
        }
    }

    async fn value(mut self) -> T {
        let good = self.good.take().expect("a handle is joined once");
        self.joined.set();
        match self.fault {
            Fault::ValueUnwraps => good.join().await.expect("the child gave a value"),
            Fault::ValueWaitsForEver => match good.join().await {
                Ok(value) => value,
                Err(_) => pending().await,
            },
            _ => good.value().await,
        }
    }
}

impl<T: Send + 'static> IntoFuture for Handle<T> {
    type Output = Result<T, TaskError>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        let (fault, joined) = (self.fault, self.joined.clone());
        let join = self.good.take().expect("a handle is joined once").join();
        Box::pin(async move {
            joined.set();
            match (fault, join.await) {
                (Fault::PanickedIsCancelled, Err(TaskError::Panicked(_))) => {
                    Err(TaskError::Cancelled(Cancelled::new(Reason::Failure)))
                }
                (Fault::PanickedNeverJoins, Err(TaskError::Panicked(_))) => pending().await,
                (_, result) => result,
            }
        })
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        if let Some(good) = &self.good
            && self.fault == Fault::HandleDropCancels
        {
            good.cancel();
        }
    }
}

/// Tells a child that its handle is awaited, or something else that happens once.
#[derive(Clone, Default)]
pub(super) struct Joined(Arc<Mutex<(bool, Option<Waker>)>>);

impl Joined {
    pub(super) fn set(&self) {
        let waker = {
            let mut state = lock(&self.0);
            state.0 = true;
            state.1.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    pub(super) async fn wait(&self) {
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            state.1 = Some(cx.waker().clone());
            if state.0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
