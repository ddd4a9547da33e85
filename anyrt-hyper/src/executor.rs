//! Where hyper's tasks run: in a group.

use std::fmt::{self, Debug};
use std::future::Future;

use anyrt_core::Driver;
use anyrt_core::group::TaskGroup;
use hyper::rt::Executor;

/// Runs hyper's tasks as children of a group.
///
/// So none of them outlives the group, and a cancellation reaches them (laws G1 and C9). HTTP/2 needs it;
/// HTTP/1 spawns nothing. Once the group has ended, what hyper wants to run is dropped, which ends its
/// connection.
pub struct GroupExecutor<D, E>(TaskGroup<D, E>);

impl<D: Driver, E: Send + 'static> GroupExecutor<D, E> {
    /// Runs hyper's tasks in `group`.
    ///
    /// With [`background`](TaskGroup::background) they keep no group open.
    pub fn new(group: &TaskGroup<D, E>) -> Self {
        Self(group.clone())
    }
}

impl<D, E> Clone for GroupExecutor<D, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<D, E, F> Executor<F> for GroupExecutor<D, E>
where
    D: Driver,
    E: Send + 'static,
    F: Future + Send + 'static,
{
    fn execute(&self, future: F) {
        let ended = self.0.try_spawn(async {
            future.await;
        });
        drop(ended);
    }
}

impl<D, E> Debug for GroupExecutor<D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupExecutor(..)")
    }
}
