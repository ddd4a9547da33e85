//! The contract: what a library may ask of a backend.
//!
//! A library that is generic over its runtime takes `backend: &B` with `B: Backend` and calls
//! nothing else. Whoever *writes* a backend implements [`Driver`](crate::Driver) and
//! [`Toplevel`](crate::Toplevel), six methods, and receives `Backend` from the engine; see the table. A backend that has a better part of its own,
//! or a test that must break one law, implements `Backend` directly instead.
//!
//! | a library calls | the engine builds it from |
//! |---|---|
//! | [`Backend::task_group`] | `Driver::spawn` |
//! | [`Backend::sleep`], [`Backend::sleep_until`], scopes with a deadline | `Driver::sleep_until`, `Driver::now` |
//! | [`Backend::run_blocking`] | `Driver::spawn_blocking` |
//! | [`Toplevel::run`](crate::Toplevel::run) | `Toplevel::block_on` |
//! | [`Backend::semaphore`], [`Backend::bounded`], [`Backend::unbounded`] | nothing: they are the same everywhere |

use std::fmt::Debug;
use std::future::{Future, IntoFuture, pending};
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::error::{
    Cancelled, Closed, GroupClosed, GroupError, Reason, SendError, TaskError, TimedOut,
    TryAcquireError, TryRecvError, TrySendError,
};
use crate::outcome::Outcome;

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
    /// The sending half of a channel.
    type Sender<T: Send + 'static>: Sender<T>;
    /// The receiving half of a channel.
    type Receiver<T: Send + 'static>: Receiver<T>;

    /// Names the runtime, for example `"tokio"`.
    fn name(&self) -> &'static str;

    /// Reads the backend's clock, by which all deadlines are measured.
    fn now(&self) -> Instant;

    /// Waits for `timeout`, counted from the first poll; `Duration::MAX` never ends.
    fn sleep(&self, timeout: Duration) -> Self::Sleep;

    /// Waits until `deadline`; one that has passed ends at the first poll.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;

    /// Makes a scope; it takes effect when its `run` is polled.
    fn cancel_scope(&self) -> Self::CancelScope;

    /// Makes a fair semaphore with so many permits.
    fn semaphore(&self, permits: usize) -> Self::Semaphore;

    /// Makes a channel that holds at most `capacity` items; 0 is a rendezvous.
    fn bounded<T: Send + 'static>(&self, capacity: usize) -> (Self::Sender<T>, Self::Receiver<T>);

    /// Makes a channel that holds any number of items.
    fn unbounded<T: Send + 'static>(&self) -> (Self::Sender<T>, Self::Receiver<T>);

    /// Runs `body`, and returns when it and every child that it spawned have ended.
    ///
    /// # Errors
    ///
    /// [`GroupError::Failed`] with every failure in completion order, if the body or a child
    /// failed; [`GroupError::Cancelled`] if the group itself was cancelled before its body ended.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of the body or of a child, after all of them have ended.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A group whose future is dropped cancels its children at once; those that are
    /// still winding down are adopted by the nearest enclosing group (laws X1, X2).
    fn task_group<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send;

    /// Runs a blocking closure off the async threads and gives its value.
    ///
    /// A call that has begun is never abandoned: a cancelled scope waits for it.
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

    /// Is a point where cancellation can strike and others may get their turn.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It holds nothing.
    fn checkpoint(&self) -> impl Future<Output = ()> + Send;

    /// Tells whether the innermost scope around the caller is cancelled.
    fn is_cancelled(&self) -> bool;

    /// Gives the earliest deadline of the visible scopes; in the past if cancelled.
    fn current_effective_deadline(&self) -> Option<Instant>;

    /// Wraps the outermost future of a program: it ends after all tasks that it started.
    ///
    /// [`Toplevel::run`](crate::Toplevel::run) puts this around its argument.
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

    /// Runs `future` until `deadline` at the latest, and gives `None` if that was too soon.
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
    fn fail_after<F>(
        &self,
        timeout: Duration,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().with_timeout(timeout);
        async move { scope.run(future).await.map_err(|_| TimedOut::new()) }
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
    fn fail_at<F>(
        &self,
        deadline: Instant,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        let scope = self.cancel_scope().with_deadline(deadline);
        async move { scope.run(future).await.map_err(|_| TimedOut::new()) }
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

/// A wait on the clock.
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait.
pub trait Sleep: Future<Output = ()> + Send + Sync + 'static {
    /// Moves the end of the wait, also of one that has ended.
    fn reset(self: Pin<&mut Self>, deadline: Instant);
}

/// A group of tasks whose owner waits for all of them.
#[doc(alias = "nursery")]
pub trait TaskGroup<E: Send + 'static>: Clone + Send + Sync + 'static {
    /// What [`spawn`](Self::spawn) gives: await it for the child's value.
    type Handle<T: Send + 'static>: TaskHandle<T>;

    /// Starts a child; never waits, and never runs it on the caller's stack.
    ///
    /// Dropping the handle changes nothing: the group owns the child.
    ///
    /// # Panics
    ///
    /// Panics at the caller's line if the group has ended; `try_spawn` gives the future back.
    #[track_caller]
    fn spawn<F>(&self, future: F) -> Self::Handle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static;

    /// Starts a child, if the group has not ended.
    ///
    /// # Errors
    ///
    /// [`GroupClosed`] with the future, if the group has ended.
    #[track_caller]
    #[expect(clippy::type_complexity, reason = "the value's type is an associated type")]
    fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<Self::Handle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static;

    /// Cancels the body and all children.
    fn cancel(&self);

    /// Cancels the body and all children, and says why; the first reason stays.
    fn cancel_with(&self, reason: Reason);
}

/// A child of a group: await it for its value, or drop it.
pub trait TaskHandle<T: Send + 'static>:
    IntoFuture<Output = Result<T, TaskError>, IntoFuture: Send> + Send + Sync + 'static
{
    /// Cancels this child alone, which is no failure of the group.
    fn cancel(&self);

    /// Tells whether the child has ended.
    fn is_finished(&self) -> bool;
}

/// A part of a program that can be cancelled.
///
/// It may have a deadline and a shield.
pub trait CancelScope: Sized + Send + 'static {
    /// What cancels the scope from elsewhere.
    type Handle: CancelHandle;

    /// Sets a deadline so long after the first poll; `Duration::MAX` means none.
    #[must_use]
    fn with_timeout(self, timeout: Duration) -> Self;

    /// Sets a deadline.
    #[must_use]
    fn with_deadline(self, deadline: Instant) -> Self;

    /// Shields what runs in the scope from outer cancellation.
    #[must_use]
    fn shielded(self) -> Self;

    /// Gives a handle that any thread may use.
    fn handle(&self) -> Self::Handle;

    /// Runs `future` in the scope.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if this scope absorbed a cancellation.
    ///
    /// # Cancel safety
    ///
    /// **Safe** as far as `future` is.
    fn run<F>(self, future: F) -> impl Future<Output = Result<F::Output, Cancelled>> + Send
    where
        F: Future<Output: Send> + Send;
}

/// What cancels a scope, from any thread, any number of times.
pub trait CancelHandle: Clone + Debug + Send + Sync + 'static {
    /// Cancels the scope; the first call stays.
    fn cancel(&self);

    /// Cancels the scope and says why; the first reason stays.
    fn cancel_with(&self, reason: Reason);

    /// Tells whether the scope was cancelled, by a call or by its deadline.
    fn cancel_called(&self) -> bool;

    /// Tells whether the scope absorbed a cancellation, so that its `run` gave `Cancelled`.
    fn cancelled_caught(&self) -> bool;

    /// Gives the scope's own deadline.
    fn deadline(&self) -> Option<Instant>;

    /// Moves, sets or removes the deadline; one that has struck stays struck.
    fn set_deadline(&self, deadline: Option<Instant>);

    /// Raises or lowers the shield.
    fn set_shield(&self, shield: bool);
}

/// A counted set of permits, given out in the order of asking.
pub trait Semaphore: Clone + Send + Sync + 'static {
    /// What gives its permits back when dropped.
    type Permit: Send + 'static;

    /// Waits for a permit.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    fn acquire(&self) -> impl Future<Output = Self::Permit> + Send {
        self.acquire_many(1)
    }

    /// Waits for `count` permits, and takes all of them at once.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped, and nothing else.
    fn acquire_many(&self, count: usize) -> impl Future<Output = Self::Permit> + Send;

    /// Takes a permit if one is free and nobody waits for it.
    ///
    /// # Errors
    ///
    /// [`TryAcquireError`] if there is none.
    fn try_acquire(&self) -> Result<Self::Permit, TryAcquireError>;

    /// Counts the permits that nobody holds and nobody was promised.
    fn available(&self) -> usize;

    /// Adds permits, and wakes as many waiters as fit.
    fn add_permits(&self, count: usize);
}

/// The sending half of a channel; clones are counted.
pub trait Sender<T: Send + 'static>: Clone + Send + Sync + 'static {
    /// Puts an item into the channel, and waits while it is full.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the receivers or this clone are closed.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: an item whose `send` is dropped is dropped with it, and never received.
    fn send(&self, item: T) -> impl Future<Output = Result<(), SendError<T>>> + Send;

    /// Puts an item into the channel if that needs no waiting.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the item, if the channel is full or closed.
    fn try_send(&self, item: T) -> Result<(), TrySendError<T>>;

    /// Closes this clone; the receivers see the end when the last one is closed or dropped.
    fn close(&self);
}

/// The receiving half of a channel.
///
/// Clones are counted, and each item goes to one of them.
pub trait Receiver<T: Send + 'static>: Clone + Send + Sync + 'static {
    /// Takes the next item, and waits while there is none.
    ///
    /// # Errors
    ///
    /// [`Closed`] if all senders are closed and the channel is empty, or this clone is closed.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `recv` that is dropped took nothing.
    fn recv(&self) -> impl Future<Output = Result<T, Closed>> + Send;

    /// Takes the next item if there is one that nobody was promised.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none, or the channel is closed.
    fn try_recv(&self) -> Result<T, TryRecvError>;

    /// Closes this clone; the senders see it when the last one is closed or dropped.
    fn close(&self);
}
