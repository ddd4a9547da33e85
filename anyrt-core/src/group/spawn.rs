//! The handle of a group, through which children are spawned.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use super::child::Child;
use super::host::Host;
use super::part::TaskPart;
use super::{LimitedGroup, Readiness, Start, TaskHandle};
use crate::driver::Driver;
use crate::error::{GROUP_CLOSED, GroupClosed, Reason, StartError};
use crate::outcome::Outcome;
use crate::tree::Node;

/// A group of tasks, as its body and children see it.
///
/// Clones mean the same group.
///
/// Whoever has one can spawn, as long as the body or a child of the group runs (law G5).
#[doc(alias = "nursery")]
pub struct TaskGroup<D, E> {
    node: Arc<Node>,
    /// What children are called that are spawned through this clone.
    name: Option<Arc<str>>,
    /// Whether children that are spawned through this clone keep the group open.
    is_background: bool,
    types: PhantomData<fn() -> (D, E)>,
}

impl<D, E> TaskGroup<D, E> {
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self { node, name: None, is_background: false, types: PhantomData }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Gives the same group, which calls the children it spawns by this name.
    ///
    /// Names are for people who read logs, [`Debug`] output or a task tree; they need not be unique
    /// (law G15).
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self.clone() }
    }

    /// Gives the same group, whose new children end with the others.
    ///
    /// Those that are spawned through this do not keep the group open: when the body and all other
    /// children have ended, they are cancelled, and joined. In all else they are children like the
    /// others (law G12).
    #[must_use]
    #[doc(alias = "daemon")]
    pub fn background(&self) -> Self {
        Self { is_background: true, ..self.clone() }
    }

    /// Gives the same group, in which at most `limit` children run at once.
    ///
    /// Only those are counted that are spawned through this and its clones (law G13).
    pub fn limited(&self, limit: usize) -> LimitedGroup<D, E> {
        LimitedGroup::new(self.clone(), limit)
    }
}

impl<D, E> Clone for TaskGroup<D, E> {
    fn clone(&self) -> Self {
        Self {
            node: self.node.clone(),
            name: self.name.clone(),
            is_background: self.is_background,
            types: PhantomData,
        }
    }
}

impl<D: Driver, E: Send + 'static> TaskGroup<D, E> {
    /// Starts a child; never waits, and never runs it on the caller's stack.
    ///
    /// The child's place in the tree is under the group, wherever `spawn` is called (law G7).
    /// Dropping the handle changes nothing.
    ///
    /// A child may run on any thread and after the caller: it is `Send`, and owns what it uses, as an
    /// `async move` block does. What it shares is in an `Arc`; who has to borrow spawns into an
    /// [`InlineGroup`](crate::inline::InlineGroup).
    ///
    /// # Panics
    ///
    /// Panics at the caller's line if the group has ended; [`try_spawn`](Self::try_spawn) gives the
    /// future back.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> TaskHandle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        match self.try_spawn(future) {
            Ok(handle) => handle,
            Err(GroupClosed(_)) => panic!("{GROUP_CLOSED}"),
        }
    }

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
    pub fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<TaskHandle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        self.spawn_from(Location::caller(), future)
    }

    /// Starts a child whose place is where the group was opened.
    ///
    /// The group is the body's own, and so still open.
    pub(crate) fn spawn_for_opener<F>(&self, future: F)
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        let spawned = self.spawn_from(self.node.as_group().opened_at(), future);
        assert!(spawned.is_ok(), "{GROUP_CLOSED}");
    }

    /// Makes a child of this group, which somebody must poll now.
    #[expect(clippy::type_complexity, reason = "the value's type is an associated type")]
    pub(crate) fn prepare<F>(
        &self,
        place: &'static Location<'static>,
        future: F,
    ) -> Result<
        (TaskHandle<<F::Output as Outcome<E>>::Value>, impl Future<Output = ()> + use<D, E, F>),
        GroupClosed<F>,
    >
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send>,
    {
        let node = self.new_task(place);
        if !self.node.admit(&node) {
            return Err(GroupClosed(future));
        }
        Ok((TaskHandle::new(node.clone(), self.name.clone()), Child::<F, E>::new(node, future)))
    }

    /// Starts a child, and waits until it says that it is ready.
    ///
    /// `make` gets what the child says it with, and gives the child's future. Until then the scopes
    /// around this call govern the child, and afterwards the group's (law R5). The child keeps the group
    /// open all the time.
    ///
    /// The type of the value comes from what the child says, or from what the caller does with it. Where
    /// neither tells, as for a child that never says that it is ready, write it down:
    /// `|ready: Readiness<(), _>|`.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a child that was not ready yet.
    ///
    /// # Errors
    ///
    /// [`StartError::Failed`] with the failure of a child that was not ready yet, which does not
    /// cancel the group (law R2); [`StartError::NeverStarted`] if it ended without saying that it is
    /// ready; [`StartError::Cancelled`] if the group was cancelled; [`StartError::Closed`] if the group
    /// has ended.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** When the call is cancelled, a child that is not ready is cancelled and joined. When
    /// foreign code drops it, such a child is cancelled, and the group waits for it and takes its
    /// failure (law R4).
    #[track_caller]
    pub fn start<V, M, F>(&self, make: M) -> Start<D, E, M, F, V>
    where
        V: Send + 'static,
        M: FnOnce(Readiness<V, E>) -> F,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        Start::new(self.clone(), Location::caller(), make, None)
    }

    pub(super) fn new_task(&self, place: &'static Location<'static>) -> Arc<Node> {
        let part = TaskPart::new(place, self.is_background, self.node.clone());
        Node::task(part, self.name.clone())
    }

    /// Sets, moves or removes a deadline, at which the group is cancelled.
    ///
    /// Then it ends as after [`cancel`](Self::cancel), with `Deadline` as the reason: a body that has
    /// ended gives its value. One that has struck stays struck (law D8).
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.node.move_deadline(deadline);
    }

    /// Cancels the body and all children (law E6).
    pub fn cancel(&self) {
        self.node.cancel(Reason::Requested);
    }

    /// Cancels the body and all children, and says why.
    ///
    /// The first reason stays.
    pub fn cancel_with(&self, reason: impl Into<Reason>) {
        self.node.cancel(reason.into());
    }
}

impl<D: Driver, E: Send + 'static> crate::backend::TaskGroup<E> for TaskGroup<D, E> {
    type Handle<T: Send + 'static> = TaskHandle<T>;
    type Readiness<V: Send + 'static> = Readiness<V, E>;
    type Limited = LimitedGroup<D, E>;

    fn named(&self, name: &str) -> Self {
        self.named(name)
    }

    fn background(&self) -> Self {
        self.background()
    }

    fn limited(&self, limit: usize) -> LimitedGroup<D, E> {
        self.limited(limit)
    }

    #[track_caller]
    fn spawn<F>(&self, future: F) -> TaskHandle<<F::Output as Outcome<E>>::Value>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        self.spawn(future)
    }

    #[track_caller]
    fn try_spawn<F>(
        &self,
        future: F,
    ) -> Result<TaskHandle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        self.try_spawn(future)
    }

    #[track_caller]
    fn start<V, M, F>(&self, make: M) -> impl Future<Output = Result<V, StartError<E>>> + Send
    where
        V: Send + 'static,
        M: FnOnce(Readiness<V, E>) -> F + Send,
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'static,
    {
        self.start(make)
    }

    fn set_deadline(&self, deadline: Option<Instant>) {
        self.set_deadline(deadline);
    }

    fn cancel(&self) {
        self.cancel();
    }

    fn cancel_with(&self, reason: Reason) {
        self.cancel_with(reason);
    }
}

impl<D, E> Debug for TaskGroup<D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let children = self.node.as_group().unfinished().saturating_sub(1);
        f.debug_struct("TaskGroup")
            .field("running_children", &children)
            .field("cancel_called", &self.node.is_called())
            .field("is_closed", &self.node.is_closed())
            .finish()
    }
}
