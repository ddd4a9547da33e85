//! Cancellation and deadlines.

use std::future::{Future, IntoFuture};
use std::time::{Duration, Instant};

use anyrt_core::scope::{self, Lent};
use anyrt_core::task;

use crate::AnyBackend;
use crate::future::{FailAfter, Finally, MoveOnAfter, MoveOnWhen, Shield};
use crate::time::now;

/// Runs a future for at most `timeout`.
///
/// It gives `None` if that was too short.
///
/// The time counts from the first poll (law D1); `Duration::MAX` means no limit. A future that
/// ends late without a checkpoint gives its value (law C3).
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]).
///
/// # Cancel safety
///
/// **Safe** as far as the future is.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let slow = anyrt::move_on_after(Duration::from_millis(1), anyrt::sleep_forever()).await;
///     assert_eq!(slow, None);
///     let fast = anyrt::move_on_after(Duration::from_secs(1), async { 42 }).await;
///     assert_eq!(fast, Some(42));
/// });
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
pub fn move_on_after<F: IntoFuture>(timeout: Duration, future: F) -> MoveOnAfter<F::IntoFuture> {
    MoveOnAfter::after(timeout, future.into_future())
}

/// Runs a future until `deadline` at the latest.
///
/// It gives `None` if that was too soon.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]).
///
/// # Cancel safety
///
/// **Safe** as far as the future is.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let deadline = anyrt::now() + Duration::from_millis(1);
///     assert_eq!(anyrt::move_on_at(deadline, anyrt::sleep_forever()).await, None);
/// });
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
pub fn move_on_at<F: IntoFuture>(deadline: Instant, future: F) -> MoveOnAfter<F::IntoFuture> {
    MoveOnAfter::at(deadline, future.into_future())
}

/// Runs a future until `condition` has come about.
///
/// It gives `None` then, once the future has been cancelled, and what it has started has ended. A
/// future that completes first, or at the same time, gives its value (law C13), and the condition is
/// dropped. So a condition is something to wait for, and not something to do.
///
/// # Panics
///
/// Passes a panic of the future, or of the condition, on.
///
/// # Cancel safety
///
/// **Safe** as far as the future and the condition are.
///
/// # Examples
///
/// A server that serves until it is told to stop:
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use anyrt::sync::Event;
///
/// anyrt::run(anyrt::task_group(async |group: anyrt::TaskGroup| {
///     let stop = Arc::new(Event::new());
///     let stopper = stop.clone();
///     group.spawn(async move {
///         anyrt::sleep(Duration::from_millis(5)).await;
///         stopper.set();
///     });
///     let serving = anyrt::sleep_forever();
///     assert_eq!(anyrt::move_on_when(stop.wait(), serving).await, None);
/// }))
/// .unwrap();
/// ```
#[doc(alias = "take_until")]
#[doc(alias = "run_until_cancelled")]
pub fn move_on_when<C, F>(condition: C, future: F) -> MoveOnWhen<C::IntoFuture, F::IntoFuture>
where
    C: IntoFuture,
    F: IntoFuture,
{
    MoveOnWhen::new(condition.into_future(), future.into_future())
}

/// Runs a future for at most `timeout`, and fails if that was too short.
///
/// The time counts from the first poll (law D1); `Duration::MAX` means no limit.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]).
///
/// # Errors
///
/// [`TimedOut`](crate::TimedOut) exactly if this call's own deadline ended the future (law D4).
///
/// # Cancel safety
///
/// **Safe** as far as the future is.
///
/// # Examples
///
/// ```
/// use std::{io, time::Duration};
///
/// let error: io::Error = anyrt::run(async {
///     let slow = anyrt::fail_after(Duration::from_millis(1), anyrt::sleep_forever());
///     slow.await.unwrap_err().into()
/// });
/// assert_eq!(error.kind(), io::ErrorKind::TimedOut);
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "timeout")]
#[track_caller]
pub fn fail_after<F: IntoFuture>(timeout: Duration, future: F) -> FailAfter<F::IntoFuture> {
    FailAfter::after(timeout, future.into_future())
}

/// Runs a future until `deadline` at the latest.
///
/// It fails if that was too soon.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]).
///
/// # Errors
///
/// [`TimedOut`](crate::TimedOut) exactly if this call's own deadline ended the future (law D4).
///
/// # Cancel safety
///
/// **Safe** as far as the future is.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let deadline = anyrt::now() + Duration::from_millis(1);
///     assert!(anyrt::fail_at(deadline, anyrt::sleep_forever()).await.is_err());
/// });
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "timeout_at")]
#[track_caller]
pub fn fail_at<F: IntoFuture>(deadline: Instant, future: F) -> FailAfter<F::IntoFuture> {
    FailAfter::at(deadline, future.into_future())
}

/// Runs a future where no outer cancellation reaches it.
///
/// The cancellation strikes at the first checkpoint after the shield (law S2). It protects while its
/// owner polls it: an owner that waits for something else meanwhile is cut there, and drops the shield
/// with what is inside (law S7).
///
/// # Cancel safety
///
/// **Safe** as far as the future is; a shield does not protect from being dropped by foreign code.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let mut is_saved = false;
///     let saving = anyrt::shield(async {
///         anyrt::sleep(Duration::from_millis(10)).await;
///         is_saved = true;
///     });
///     anyrt::move_on_after(Duration::from_millis(1), saving).await;
///     assert!(is_saved);
/// });
/// ```
pub fn shield<F: Future>(future: F) -> Shield<F> {
    Shield::new(future)
}

/// Does `work`, and then `cleanup`, whatever became of the work.
///
/// The cleanup runs once, after a value, an error, a panic or a cancellation. It is shielded from outer
/// cancellations, and the scope around waits for it (law S5). A [`move_on_after`] inside bounds a
/// cleanup that may hang (law S6). What the work borrows the cleanup cannot have: see [`bracket`].
///
/// # Panics
///
/// Resumes the panic of the work after the cleanup, or that of the cleanup.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes. When foreign code drops it, such as a `select!`, the
/// cleanup is dropped without having run.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let mut is_closed = false;
///     let session = anyrt::finally(anyrt::sleep_forever(), async {
///         anyrt::sleep(Duration::from_millis(1)).await; // says goodbye to the server
///         is_closed = true;
///     });
///     assert_eq!(anyrt::move_on_after(Duration::from_millis(1), session).await, None);
///     assert!(is_closed);
/// });
/// ```
#[doc(alias = "defer")]
#[doc(alias = "AsyncExitStack")]
pub fn finally<F, C>(work: F, cleanup: C) -> Finally<F, C>
where
    F: Future,
    C: Future<Output = ()>,
{
    Finally::new(work, cleanup)
}

/// Works with a resource, and releases it in any case.
///
/// `work` is lent the resource, and `release` takes it: once, after a value, an error, a panic or a
/// cancellation, shielded from outer cancellations, and the scope around waits for it (law S8). A
/// [`move_on_after`] inside bounds a release that may hang (law S6).
///
/// What needs no wait to be released needs no bracket, but a destructor; what the work does not borrow
/// is released in [`finally`].
///
/// # Panics
///
/// Resumes the panic of the work after the release, or that of the release. Panics if the work has kept
/// what it was lent.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes. When foreign code drops it, such as a `select!`, the
/// resource is dropped without a release.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// struct Connection {
///     sent: Vec<&'static str>,
/// }
///
/// impl Connection {
///     async fn send(&mut self, line: &'static str) {
///         anyrt::sleep(Duration::from_millis(1)).await;
///         self.sent.push(line);
///     }
/// }
///
/// let mut log = Vec::new();
/// anyrt::run(async {
///     let session = anyrt::bracket(
///         Connection { sent: Vec::new() },
///         async |mut connection| {
///             connection.send("hello").await;
///             anyrt::sleep_forever().await;
///         },
///         async |mut connection| {
///             let goodbye = connection.send("goodbye");
///             anyrt::move_on_after(Duration::from_secs(1), goodbye).await;
///             log = connection.sent;
///         },
///     );
///     anyrt::move_on_after(Duration::from_millis(20), session).await;
/// });
/// assert_eq!(log, ["hello", "goodbye"]);
/// ```
#[doc(alias = "with")]
#[doc(alias = "asynccontextmanager")]
pub async fn bracket<R, F, G>(
    resource: R,
    work: impl FnOnce(Lent<R>) -> F,
    release: impl FnOnce(R) -> G,
) -> F::Output
where
    F: Future,
    G: Future<Output = ()>,
{
    scope::bracket::<AnyBackend, _, _, _, _, _>(resource, work, release).await
}

/// Gives the earliest deadline of the visible scopes.
///
/// In the past if cancelled.
///
/// A shield hides what is outside of it (law D3).
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     assert_eq!(anyrt::current_effective_deadline(), None);
///     let deadline = anyrt::now() + Duration::from_secs(1);
///     let inside = anyrt::move_on_at(deadline, async { anyrt::current_effective_deadline() });
///     assert_eq!(inside.await, Some(Some(deadline)));
/// });
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[track_caller]
pub fn current_effective_deadline() -> Option<Instant> {
    task::effective_deadline(now())
}
