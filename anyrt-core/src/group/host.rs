//! Where the children of a group go: to a runtime, or to the future that polls them itself.

use std::future::Future;
use std::panic::Location;

use super::{TaskGroup, TaskHandle};
use crate::driver::Driver;
use crate::error::GroupClosed;
use crate::outcome::Outcome;

/// A handle of a group that takes children which live for `'env`.
///
/// There are two: `TaskGroup`, for children that live as long as they like, and `InlineGroup`.
pub trait Host<'env, D: Driver, E: Send + 'static>: Clone {
    #[doc(hidden)]
    fn group(&self) -> &TaskGroup<D, E>;

    /// Has a child polled that was prepared.
    #[doc(hidden)]
    #[track_caller]
    fn launch(&self, child: impl Future<Output = ()> + Send + 'env);

    /// Starts a child for the code at `place`.
    #[doc(hidden)]
    #[track_caller]
    fn spawn_from<F>(
        &self,
        place: &'static Location<'static>,
        future: F,
    ) -> Result<TaskHandle<<F::Output as Outcome<E>>::Value>, GroupClosed<F>>
    where
        F: Future<Output: Outcome<E, Value: Send + 'static> + Send> + Send + 'env,
    {
        let (handle, child) = self.group().prepare(place, future)?;
        self.launch(child);
        Ok(handle)
    }
}

impl<D: Driver, E: Send + 'static> Host<'static, D, E> for TaskGroup<D, E> {
    fn group(&self) -> &TaskGroup<D, E> {
        self
    }

    /// Gives a child to the runtime.
    #[track_caller]
    fn launch(&self, child: impl Future<Output = ()> + Send + 'static) {
        match self.node().as_group().backend().downcast_ref::<D>() {
            Some(driver) => driver.spawn(child),
            None => unreachable!("a group has the driver that it was made with"),
        }
    }
}
