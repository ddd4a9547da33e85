//! A group that outlives the failures of its children.

use std::future::Future;

use anyrt_core::Outcome;

use crate::TaskGroup;
use crate::future::Supervise;

/// Runs `body` with a group in which a child's failure cancels nobody.
///
/// It gives the body's value together with the failures of the children. In all else it is a
/// [`task_group`](crate::task_group): a failure of the body and any panic cancel the rest.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first
/// panic of the body or of a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if the body failed, or if there is
/// no value because of a cancellation; [`GroupError::Cancelled`] if the group itself was cancelled
/// and nobody failed.
///
/// # Cancel safety
///
/// **Safe.** A group whose future is dropped cancels its children at once; those that are still
/// winding down are adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// let supervised = anyrt::run(anyrt::supervise(async |group: anyrt::TaskGroup<&'static str>| {
///     group.spawn(async { Err::<(), _>("no such host") });
///     let fine = group.spawn(async { Ok(42) });
///     Ok(fine.await.ok())
/// }));
/// let supervised = supervised.unwrap();
/// assert_eq!(supervised.value, Some(42));
/// assert_eq!(supervised.failures, ["no such host"]);
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
/// [`GroupError::Failed`]: crate::GroupError::Failed
/// [`GroupError::Cancelled`]: crate::GroupError::Cancelled
#[doc(alias = "supervisorScope")]
#[doc(alias = "return_exceptions")]
#[track_caller]
pub fn supervise<E, Body, Fut>(
    body: Body,
) -> Supervise<E, Body, Fut, <Fut::Output as Outcome<E>>::Value>
where
    E: Send + 'static,
    Body: FnOnce(TaskGroup<E>) -> Fut,
    Fut: Future<Output: Outcome<E>>,
{
    Supervise::ambient(body)
}
