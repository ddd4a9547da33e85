//! The handle of a child.

use std::fmt::{self, Debug};
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::JoinValue;
use crate::error::{Reason, TaskError};
use crate::task::TaskId;
use crate::tree::Node;
use crate::waiting::Wait;
use crate::{budget, frame, leaf};

/// A child of a group: await it for its value, or drop it.
///
/// Inside the group [`value`](Self::value) gives the value itself: where there is none, the group is over,
/// and whoever waits is cut. To await the handle gives a `Result`, for who goes on without the value.
/// [`join`](Self::join) gives that, too, and keeps the handle, to wait once more or to
/// [`cancel`](Self::cancel).
///
/// Dropping it changes nothing, on every backend: the group owns the child (law G9). So a timeout
/// around the wait for a child ends the wait, not the child.
pub struct TaskHandle<T> {
    node: Arc<Node>,
    name: Option<Arc<str>>,
    /// Whether the result was given.
    is_over: bool,
    value: PhantomData<fn() -> T>,
}

impl<T> TaskHandle<T> {
    pub(super) fn new(node: Arc<Node>, name: Option<Arc<str>>) -> Self {
        Self { node, name, is_over: false, value: PhantomData }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Cancels this child alone, which is no failure of the group (law G9).
    pub fn cancel(&self) {
        self.node.cancel(Reason::Requested);
    }

    /// Cancels this child alone and says why; the first reason stays.
    pub fn cancel_with(&self, reason: impl Into<Reason>) {
        self.node.cancel(reason.into());
    }

    /// Waits for the end of the child, and keeps the handle.
    ///
    /// It gives what awaiting the handle gives, once: of a wait that was cut or dropped, the next one
    /// gives it.
    ///
    /// # Panics
    ///
    /// The future panics if the result was given before.
    ///
    /// # Errors
    ///
    /// [`TaskError`] if the child failed, was cancelled or panicked.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A wait that is dropped took nothing, and the child runs on (laws X3, G9).
    #[doc(alias = "wait")]
    pub fn join(&mut self) -> JoinMut<'_, T> {
        JoinMut { handle: self, is_waiting: false }
    }

    /// Waits for the child's value, and is cut where there is none.
    ///
    /// A child that fails or panics cancels its group, and with it whoever waits here in the group: the
    /// wait ends with its waiter, and the group reports what went wrong (law E11). Whoever wants to go on
    /// without the value awaits the handle, which gives a [`TaskError`].
    ///
    /// # Panics
    ///
    /// The future panics if there is no value, and the waiter is not cancelled with the child: in a
    /// supervisor, behind a shield, outside of the group, or after [`cancel`](Self::cancel).
    ///
    /// # Cancel safety
    ///
    /// **Loses data** when dropped: the child's value goes with the handle. The child runs on (law G9).
    pub fn value(self) -> JoinValue<T> {
        JoinValue::new(self)
    }

    /// Tells whether the child has ended.
    pub fn is_finished(&self) -> bool {
        !self.node.is_result_due()
    }

    /// Tells this child from all others of the process (law G15).
    pub fn id(&self) -> TaskId {
        self.node.as_task().id()
    }

    /// Gives the child's name, if it has one; see [`TaskGroup::named`](super::TaskGroup::named).
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Tells where the child was spawned (law B10).
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.node.as_task().spawned_at
    }
}

impl<T: 'static> TaskHandle<T> {
    /// Gives the result, or leaves it where it is.
    pub(super) fn poll_result(
        &mut self,
        is_waiting: &mut bool,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, TaskError>> {
        assert!(
            !self.is_over,
            "a child was joined again after it had given its result: keep the result instead"
        );
        if !*is_waiting {
            ready!(leaf::poll_turn(cx));
            *is_waiting = true;
        }
        match self.node.take_result(cx.waker()) {
            Some(Err(TaskError::Cancelled(error))) if is_cut_too(cx) => {
                self.node.put_result_back(TaskError::Cancelled(error));
                *is_waiting = false;
                Poll::Pending
            }
            Some(result) => {
                self.is_over = true;
                budget::spend();
                Poll::Ready(result)
            }
            None => {
                if leaf::is_cut(cx.waker()) {
                    *is_waiting = false;
                } else {
                    leaf::wait(cx.waker(), Wait::Join);
                }
                Poll::Pending
            }
        }
    }
}

impl<T> TaskHandle<T> {
    /// Takes an error back that was given, for the next wait.
    pub(super) fn put_back(&mut self, error: TaskError) {
        self.node.put_result_back(error);
        self.is_over = false;
    }
}

impl<T> Drop for TaskHandle<T> {
    fn drop(&mut self) {
        self.node.forsake_result();
    }
}

impl<T> Debug for TaskHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("spawned_at", &format_args!("{}", self.spawned_at()))
            .field("is_finished", &self.is_finished())
            .field("cancel_called", &self.node.is_called())
            .finish()
    }
}

impl<T: Send + 'static> IntoFuture for TaskHandle<T> {
    type Output = Result<T, TaskError>;
    type IntoFuture = Join<T>;

    fn into_future(self) -> Join<T> {
        Join { handle: self, is_waiting: false }
    }
}

impl<T: Send + 'static> crate::backend::TaskHandle<T> for TaskHandle<T> {
    fn cancel(&self) {
        self.cancel();
    }

    fn is_finished(&self) -> bool {
        self.is_finished()
    }

    fn id(&self) -> TaskId {
        self.id()
    }

    fn name(&self) -> Option<&str> {
        self.name()
    }

    fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at()
    }

    fn value(self) -> impl Future<Output = T> + Send {
        self.value()
    }
}

/// Waits for the end of a child; what awaiting a [`TaskHandle`] gives.
///
/// # Cancel safety
///
/// **Loses data** when dropped: the child's value goes with the handle. The child runs on
/// (law G9).
#[must_use = "a join does nothing unless it is awaited"]
pub struct Join<T> {
    handle: TaskHandle<T>,
    is_waiting: bool,
}

impl<T: 'static> Future for Join<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.handle.poll_result(&mut this.is_waiting, cx)
    }
}

/// Whether the joiner is cut by what has cut the child, of which it must not make a failure (law E4).
pub(super) fn is_cut_too(cx: &Context<'_>) -> bool {
    // The child may have learned of the cancellation first.
    if let Some(scope) = frame::scope() {
        scope.catch_up();
    }
    leaf::is_cut(cx.waker())
}

impl<T> Debug for Join<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Join").field(&self.handle).finish()
    }
}

/// The future of [`TaskHandle::join`].
///
/// # Panics
///
/// Panics if the result was given before.
///
/// # Cancel safety
///
/// **Safe.** If it is dropped, the result is still there for the next wait (law X3).
#[must_use = "a join does nothing unless it is awaited"]
pub struct JoinMut<'a, T> {
    handle: &'a mut TaskHandle<T>,
    is_waiting: bool,
}

impl<T: 'static> Future for JoinMut<'_, T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.handle.poll_result(&mut this.is_waiting, cx)
    }
}

impl<T> Debug for JoinMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinMut").field(&self.handle).finish()
    }
}
