//! Task groups.

use std::future::Future;

use anyrt_core::Outcome;

use crate::TaskGroup;
use crate::future::RunGroup;

/// Runs `body` with a group, and returns when all of it has ended.
///
/// That is the body and every child of the group.
///
/// The body and the children end in `()`, in a `Result`, or never. The first failure or panic
/// cancels the others and waits for them. `body` is called at the first poll.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first
/// panic of the body or of a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if the body or a child failed;
/// [`GroupError::Cancelled`] if the group itself was cancelled before its body ended.
///
/// # Cancel safety
///
/// **Safe.** A group whose future is dropped cancels its children at once; those that are still
/// winding down are adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::TaskGroup;
///
/// let sum = anyrt::run(anyrt::task_group(|group: TaskGroup| async move {
///     let six = group.spawn(async { Ok(6) });
///     let seven = group.spawn(async {
///         anyrt::sleep(Duration::from_millis(1)).await;
///         Ok(7)
///     });
///     Ok(six.await.unwrap() * seven.await.unwrap())
/// }));
/// assert_eq!(sum, Ok(42));
/// ```
///
/// A child that fails cancels the rest:
///
/// ```
/// let failed = anyrt::run(anyrt::task_group(|group| async move {
///     group.spawn(async { Err::<(), _>("no such host") });
///     anyrt::sleep_forever().await;
///     Ok(())
/// }));
/// assert_eq!(failed.unwrap_err().failures(), ["no such host"]);
/// ```
///
/// A timeout around the wait for a child ends the wait, and leaves the child alone:
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::TaskGroup;
///
/// let answer = anyrt::run(anyrt::task_group(|group: TaskGroup| async move {
///     let (ask, asked) = anyrt::channel::bounded(1);
///     let mut child = group.spawn(async move { Ok(asked.recv().await.unwrap() * 2) });
///     let early = anyrt::fail_after(Duration::from_millis(1), child.join()).await;
///     assert!(early.is_err());
///     ask.send(21).await.unwrap();
///     Ok(child.await.unwrap())
/// }));
/// assert_eq!(answer, Ok(42));
/// ```
///
/// A service in the background, which the caller waits for until it is ready:
///
/// ```
/// use anyrt::TaskGroup;
///
/// let port = anyrt::run(anyrt::task_group(|group: TaskGroup| async move {
///     let started = group.background().start(|ready| async move {
///         ready.started(8080); // listens from here on
///         anyrt::sleep_forever().await;
///     });
///     Ok(started.await.unwrap())
/// }));
/// assert_eq!(port, Ok(8080));
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
/// [`GroupError::Failed`]: crate::GroupError::Failed
/// [`GroupError::Cancelled`]: crate::GroupError::Cancelled
#[doc(alias = "nursery")]
#[doc(alias = "open_nursery")]
#[track_caller]
pub fn task_group<E, Body, Fut>(
    body: Body,
) -> RunGroup<E, Body, Fut, <Fut::Output as Outcome<E>>::Value>
where
    E: Send + 'static,
    Body: FnOnce(TaskGroup<E>) -> Fut,
    Fut: Future<Output: Outcome<E>>,
{
    RunGroup::ambient(body)
}
