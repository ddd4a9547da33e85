//! What a task group and the handle of a child can do on any backend.

use std::future::{Future, IntoFuture};
use std::panic::Location;
use std::time::Instant;

use crate::error::{GroupClosed, Reason, StartError, TaskError};
use crate::outcome::Outcome;
use crate::task::TaskId;

/// A group of tasks whose owner waits for all of them.
#[doc(alias = "nursery")]
pub trait TaskGroup<E: Send + 'static>: Clone + Send + Sync + 'static {
    /// What [`spawn`](Self::spawn) gives: await it for the child's value.
    type Handle<T: Send + 'static>: TaskHandle<T>;
    /// What a child of [`start`](Self::start) says with that it is ready.
    type Readiness<V: Send + 'static>: Readiness<V>;
    /// What [`limited`](Self::limited) gives.
    type Limited: LimitedGroup<E>;

    /// Gives the same group, which calls the children it spawns by this name.
    ///
    /// Names are for people, and need not be unique (law G15).
    #[must_use]
    fn named(&self, name: &str) -> Self;

    /// Gives the same group, whose new children end with the others.
    ///
    /// They are cancelled, and joined, once the body and all other children have ended (law G12).
    #[must_use]
    fn background(&self) -> Self;

    /// Gives the same group, in which at most `limit` children run at once.
    ///
    /// Only those are counted that are spawned through this and its clones (law G13).
    fn limited(&self, limit: usize) -> Self::Limited;

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
    /// # Panics
    ///
    /// Panics if the runtime cannot take tasks.
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

    /// Starts a child, and waits until it says that it is ready.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a child that was not ready yet.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the child failed, was cancelled, or ended before it was ready; its failure
    /// is the caller's, and does not cancel the group.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** When the call is cancelled, a child that is not ready is cancelled and joined. When
    /// foreign code drops it, such a child is cancelled, and the group waits for it and takes its
    /// failure.
    #[track_caller]
    fn start<V, M, F>(&self, make: M) -> impl Future<Output = Result<V, StartError<E>>> + Send
    where
        V: Send + 'static,
        M: FnOnce(Self::Readiness<V>) -> F + Send,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static;

    /// Sets, moves or removes a deadline, at which the group is cancelled.
    ///
    /// A body that has ended gives its value all the same; one that has struck stays struck (law D8).
    fn set_deadline(&self, deadline: Option<Instant>);

    /// Cancels the body and all children.
    fn cancel(&self);

    /// Cancels the body and all children, and says why.
    ///
    /// The first reason stays.
    fn cancel_with(&self, reason: Reason);
}

/// A task group through which at most so many children run at once.
///
/// Clones share the limit.
pub trait LimitedGroup<E: Send + 'static>: Clone + Send + Sync + 'static {
    /// What [`spawn_when_free`](Self::spawn_when_free) gives: await it for the child's value.
    type Handle<T: Send + 'static>: TaskHandle<T>;

    /// Waits until fewer children run than may, and starts one more.
    ///
    /// Callers get their turn in the order in which they came (law G14). A child's place is free once
    /// its future has been dropped (law G13).
    ///
    /// # Panics
    ///
    /// Panics if the group has ended meanwhile.
    ///
    /// # Cancel safety
    ///
    /// **Loses its place** in the queue when dropped; the child's future is dropped with it, and was
    /// not run.
    #[track_caller]
    fn spawn_when_free<F>(
        &self,
        future: F,
    ) -> impl Future<Output = Self::Handle<<F::Output as Outcome<E>>::Value>> + Send
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static;

    /// Tells how many more children could run now.
    fn available(&self) -> usize;
}

/// What a starting child says that it is ready with, once.
pub trait Readiness<V: Send + 'static>: Send + 'static {
    /// Lets the caller of `start` go on with this value.
    fn started(self, value: V);
}

/// A child of a group: await it for its value, or drop it.
pub trait TaskHandle<T: Send + 'static>:
    IntoFuture<Output = Result<T, TaskError>, IntoFuture: Send> + Send + Sync + 'static
{
    /// Cancels this child alone, which is no failure of the group.
    fn cancel(&self);

    /// Waits for the child's value, and is cut where there is none.
    ///
    /// A child without a value has cancelled its group, which reports why (law E11).
    ///
    /// # Panics
    ///
    /// The future panics if there is no value, and the waiter is not cancelled with the child.
    ///
    /// # Cancel safety
    ///
    /// **Loses data** when dropped: the child's value goes with the handle. The child runs on (law G9).
    fn value(self) -> impl Future<Output = T> + Send;

    /// Tells whether the child has ended.
    fn is_finished(&self) -> bool;

    /// Tells this child from all others of the process (law G15).
    fn id(&self) -> TaskId;

    /// Gives the child's name, if it has one; see [`TaskGroup::named`].
    fn name(&self) -> Option<&str>;

    /// Tells where the child was spawned (law B10).
    fn spawned_at(&self) -> &'static Location<'static>;
}
