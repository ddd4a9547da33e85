//! The handle of a group, through which children are spawned.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::TaskHandle;
use super::child::Child;
use super::part::TaskPart;
use crate::driver::Driver;
use crate::error::{GROUP_CLOSED, GroupClosed, Reason};
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
    types: PhantomData<fn() -> (D, E)>,
}

impl<D, E> TaskGroup<D, E> {
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self { node, name: None, types: PhantomData }
    }

    /// Gives the same group, which calls the children it spawns by this name.
    ///
    /// Names are for people who read logs, [`Debug`] output or a task tree; they need not be unique.
    #[must_use]
    pub fn named(&self, name: impl Into<Arc<str>>) -> Self {
        Self { node: self.node.clone(), name: Some(name.into()), types: PhantomData }
    }
}

impl<D, E> Clone for TaskGroup<D, E> {
    fn clone(&self) -> Self {
        Self { node: self.node.clone(), name: self.name.clone(), types: PhantomData }
    }
}

impl<D: Driver, E: Send + 'static> TaskGroup<D, E> {
    /// Starts a child; never waits, and never runs it on the caller's stack.
    ///
    /// The child's place in the tree is under the group, wherever `spawn` is called (law G7).
    /// Dropping the handle changes nothing.
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
        let node =
            Node::task(TaskPart::new(Location::caller(), self.name.clone(), self.node.clone()));
        if !self.node.admit(&node) {
            return Err(GroupClosed(future));
        }
        let handle = TaskHandle::new(node.clone());
        let child = Child::<F, E>::new(node, future);
        match self.node.as_group().backend().downcast_ref::<D>() {
            Some(driver) => driver.spawn(child),
            None => unreachable!("a group has the driver that it was made with"),
        }
        Ok(handle)
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
