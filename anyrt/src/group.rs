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
/// let product = anyrt::run(anyrt::task_group(async |group: TaskGroup| {
///     let six = group.spawn(async { Ok(6) });
///     let seven = group.spawn(async {
///         anyrt::sleep(Duration::from_millis(1)).await;
///         Ok(7)
///     });
///     Ok(six.value().await * seven.value().await)
/// }));
/// assert_eq!(product, Ok(42));
/// ```
///
/// `TaskGroup` alone is a group in which nothing can fail, `TaskGroup<E>` one that fails with `E`. A child
/// that fails cancels the rest, and whoever waits for its value:
///
/// ```
/// use anyrt::TaskGroup;
///
/// let failed = anyrt::run(anyrt::task_group(async |group: TaskGroup<&'static str>| {
///     let address = group.spawn(async { Err::<u32, _>("no such host") });
///     group.spawn(anyrt::sleep_forever());
///     Ok(address.value().await)
/// }));
/// assert_eq!(failed.unwrap_err().failures(), ["no such host"]);
/// ```
///
/// `?` makes of a group's error the one of the function around it, if that is `io::Error`,
/// [`Cancelled`](crate::Cancelled) or a box:
///
/// ```
/// use std::io;
///
/// use anyrt::TaskGroup;
///
/// async fn copy_all() -> io::Result<()> {
///     anyrt::task_group(async |group: TaskGroup<io::Error>| {
///         for name in ["here", "there"] {
///             group.spawn(async move { anyrt::fs::copy(name, "elsewhere").await });
///         }
///     })
///     .await?;
///     Ok(())
/// }
///
/// let error = anyrt::run(copy_all()).unwrap_err();
/// assert_eq!(error.kind(), io::ErrorKind::NotFound);
/// ```
///
/// A timeout around the wait for a child ends the wait, and leaves the child alone:
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::TaskGroup;
///
/// let answer = anyrt::run(anyrt::task_group(async |group: TaskGroup| {
///     let (ask, asked) = anyrt::channel::bounded(1);
///     let mut child = group.spawn(async move { Ok(asked.recv().await.unwrap() * 2) });
///     let early = anyrt::fail_after(Duration::from_millis(1), child.join()).await;
///     assert!(early.is_err());
///     ask.send(21).await.unwrap();
///     Ok(child.value().await)
/// }));
/// assert_eq!(answer, Ok(42));
/// ```
///
/// A service in the background, which the caller waits for until it is ready:
///
/// ```
/// use anyrt::TaskGroup;
///
/// let port = anyrt::run(anyrt::task_group(async |group: TaskGroup| {
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
