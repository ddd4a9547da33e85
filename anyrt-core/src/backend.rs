//! The contract: what a library may ask of a backend.
//!
//! A library that is generic over its runtime takes `backend: &B` with `B: Backend` and calls
//! nothing else. Whoever *writes* a backend implements [`Driver`](crate::Driver) and
//! [`Toplevel`](crate::Toplevel), six methods, and receives `Backend` from the engine; see the table. A backend that has a better part of its own,
//! or a test that must break one law, implements `Backend` directly instead.
//!
//! | a library calls | the engine builds it from |
//! |---|---|
//! | [`Backend::task_group`], [`Backend::supervise`] | `Driver::spawn` |
//! | [`Backend::inline_group`] | nothing: the caller's task polls the children |
//! | [`Backend::sleep`], [`Backend::sleep_until`], scopes with a deadline | `Driver::sleep_until`, `Driver::now` |
//! | [`Backend::run_blocking`] | `Driver::spawn_blocking` |
//! | [`Toplevel::run`](crate::Toplevel::run) | `Toplevel::block_on` |
//! | [`Backend::semaphore`], [`Backend::bounded`], [`Backend::unbounded`] | nothing: they are the same everywhere |

mod group;
mod inline;
mod queue;
mod scope;
mod sleep;

use std::future::{Future, pending};
use std::panic::Location;
use std::time::{Duration, Instant};

use crate::error::{GroupError, Panic, TimedOut};
use crate::group::Supervised;
use crate::outcome::Outcome;
use crate::task;

pub use group::{LimitedGroup, Readiness, TaskGroup, TaskHandle};
pub use inline::InlineGroup;
pub use queue::{Receiver, Semaphore, SendPermit, Sender};
pub use scope::{CancelHandle, CancelScope};
pub use sleep::Sleep;

/// A runtime as a library sees it, with structured concurrency on top.
///
/// Clones are cheap and mean the same runtime. The laws that every implementation keeps are in
/// `docs/laws.md`; `anyrt-conformance` checks them.
pub trait Backend: Clone + Send + Sync + 'static {
    /// The future of [`sleep`](Self::sleep).
    type Sleep: Sleep;
    /// A fair semaphore, shared by clones.
    type Semaphore: Semaphore;
    /// A scope that can be cancelled.
    type CancelScope: CancelScope;
    /// The handle through which a group's children are spawned.
    type TaskGroup<E: Send + 'static>: TaskGroup<E>;
    /// The handle of a group whose children may borrow.
    type InlineGroup<'env, E: Send + 'static>: InlineGroup<'env, E>;
    /// The sending half of a channel.
    type Sender<T: Send + 'static>: Sender<T>;
    /// The receiving half of a channel.
    type Receiver<T: Send + 'static>: Receiver<T>;

    /// Names the runtime, for example `"tokio"`.
    fn name(&self) -> &'static str;

    /// Reads the backend's clock, by which all deadlines are measured.
    fn now(&self) -> Instant;

    /// Waits for `timeout`, counted from the first poll.
    ///
    /// It never ends early; `Duration::MAX` never ends (laws B4, B5).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    fn sleep(&self, timeout: Duration) -> Self::Sleep;

    /// Waits until `deadline`; one that has passed ends at the first poll.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;

    /// Makes a scope; it takes effect when its `run` is polled.
    fn cancel_scope(&self) -> Self::CancelScope;

    /// Makes a fair semaphore with so many permits.
    fn semaphore(&self, permits: usize) -> Self::Semaphore;

    /// Makes a channel that holds at most `capacity` items; 0 is a rendezvous.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What is not received stays in the channel.
    fn bounded<T: Send + 'static>(&self, capacity: usize) -> (Self::Sender<T>, Self::Receiver<T>);

    /// Makes a channel that holds any number of items.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What is not received stays in the channel.
    fn unbounded<T: Send + 'static>(&self) -> (Self::Sender<T>, Self::Receiver<T>);

    /// Runs `body`, and returns when it and every child have ended.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended.
    ///
    /// # Errors
    ///
    /// [`GroupError::Failed`] with every failure in completion order, if the body or a child
    /// failed; [`GroupError::Cancelled`] if the group itself was cancelled before its body ended.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A group whose future is dropped cancels its children at once; those that are
    /// still winding down are adopted by the nearest enclosing group (laws X1, X2).
    #[track_caller]
    fn task_group<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send;

    /// Runs `body` with a group in which a child's failure cancels nobody.
    ///
    /// It gives the body's value together with the failures of the children (law E9).
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended. A panic
    /// cancels the others, here too (law E10).
    ///
    /// # Errors
    ///
    /// [`GroupError::Failed`] with every failure in completion order, if the body failed, or if
    /// there is no value because of a cancellation; [`GroupError::Cancelled`] if the group itself
    /// was cancelled and nobody failed.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A group whose future is dropped cancels its children at once; those that are
    /// still winding down are adopted by the nearest enclosing group (laws X1, X2).
    #[track_caller]
    fn supervise<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<Supervised<O::Value, E>, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send;

    /// Runs `body` with a group whose children may borrow from around it.
    ///
    /// The children run inside the caller's task: concurrent, not parallel (law I1).
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended.
    ///
    /// # Errors
    ///
    /// As [`task_group`](Self::task_group).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** If it is dropped, its children are dropped with it (law I3).
    #[track_caller]
    fn inline_group<'env, E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::InlineGroup<'env, E>) -> Fut + Send,
        Fut: Future<Output = O> + Send;

    /// Runs a blocking closure off the async threads and gives its value.
    ///
    /// A call that has begun is not abandoned: a cancelled scope waits for it (law T1).
    ///
    /// # Panics
    ///
    /// Resumes the panic of the closure.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** if foreign code drops it: the closure runs to its end and its value is dropped.
    fn run_blocking<F, T>(&self, f: F) -> impl Future<Output = T> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static;

    /// Does `work`, and then `cleanup`, whatever became of the work.
    ///
    /// The cleanup runs once, after a value, a panic or a cancellation, shielded from outer
    /// cancellations, and the scope around waits for it (law S5). A deadline inside bounds a cleanup
    /// that may hang (law S6).
    ///
    /// # Panics
    ///
    /// Resumes the panic of the work after the cleanup, or that of the cleanup.
    ///
    /// # Cancel safety
    ///
    /// **Safe** under the cancellation of scopes. When foreign code drops it, the cleanup is dropped
    /// without having run.
    fn finally<F, C>(&self, work: F, cleanup: C) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
        C: Future<Output = ()> + Send;

    /// Runs `future`, and gives its panic as a value.
    ///
    /// Neither its group nor its siblings hear of it (law E12).
    ///
    /// # Errors
    ///
    /// The [`Panic`], once the future has been dropped, and all that it had started has ended.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    fn catch_panic<F>(&self, future: F) -> impl Future<Output = Result<F::Output, Panic>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        task::catch_panic(future)
    }

    /// Runs `future` until `condition` has come about.
    ///
    /// It gives `None` then, once the future has been cut. A future that completes first, or at the same
    /// time, gives its value (law C13).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` and `condition` are.
    fn move_on_when<C, F>(
        &self,
        condition: C,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        C: Future + Send,
        F: Future<Output: Send> + Send;

    /// Lets a cancellation strike here, and others have their turn.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It holds nothing.
    fn checkpoint(&self) -> impl Future<Output = ()> + Send;

    /// Tells whether the innermost scope around the caller is cancelled.
    fn is_cancelled(&self) -> bool;

    /// Gives the earliest deadline of the visible scopes.
    ///
    /// In the past if cancelled (law D3).
    fn current_effective_deadline(&self) -> Option<Instant>;

    /// Wraps the outermost future of a program.
    ///
    /// It ends after all tasks that the program started (law G8).
    /// [`Toplevel::run`](crate::Toplevel::run) puts this around its argument.
    ///
    /// # Panics
    ///
    /// Resumes the panic of the program's future, or of a task that was adopted (law X2).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** If it is dropped, the tasks in it are cancelled, and nobody waits for them.
    #[track_caller]
    fn root<F: Future>(&self, future: F) -> impl Future<Output = F::Output>;

    /// Runs `future` for at most `timeout`, and gives `None` if that was too short.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    fn move_on_after<F>(
        &self,
        timeout: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().with_timeout(timeout);
        async move { scope.run(future).await.ok() }
    }

    /// Runs `future` until `deadline` at the latest.
    ///
    /// It gives `None` if that was too soon.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    fn move_on_at<F>(
        &self,
        deadline: Instant,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().with_deadline(deadline);
        async move { scope.run(future).await.ok() }
    }

    /// Runs `future` for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`TimedOut`] exactly if this call's own deadline ended the future (law D4).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    #[track_caller]
    fn fail_after<F>(
        &self,
        timeout: Duration,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().with_timeout(timeout);
        let place = Location::caller();
        async move { scope.run(future).await.map_err(|_| TimedOut::at(place)) }
    }

    /// Runs `future` until `deadline` at the latest.
    ///
    /// # Errors
    ///
    /// [`TimedOut`] exactly if this call's own deadline ended the future (law D4).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    #[track_caller]
    fn fail_at<F>(
        &self,
        deadline: Instant,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().with_deadline(deadline);
        let place = Location::caller();
        async move { scope.run(future).await.map_err(|_| TimedOut::at(place)) }
    }

    /// Runs `future` where no outer cancellation reaches it.
    ///
    /// It protects while its owner polls it. An owner that waits for something else meanwhile is
    /// cut there, and drops the shield with what is inside (law S7).
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is; a shield does not protect from being dropped by foreign code.
    fn shield<F>(&self, future: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().shielded();
        async move {
            match scope.run(future).await {
                Ok(value) => value,
                // Only an outer cancellation gets here, and that drops this future.
                Err(_) => pending().await,
            }
        }
    }
}
