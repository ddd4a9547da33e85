//! Threads for what would block: files, CPU work, foreign libraries; and async code for who blocks.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use anyrt_core::sync::CapacityLimiter;
use anyrt_core::{Ambient, Driver, Outcome, Toplevel, thread_group};

use crate::backend::AnyBackend;
use crate::future::RunBlocking;
use crate::{Cancelled, GroupError};

#[doc(inline)]
pub use anyrt_core::blocking::{DEFAULT_LIMIT, PortalError, checkpoint, is_cancelled};
#[doc(inline)]
pub use anyrt_core::thread_group::ThreadHandle;

/// A way into a running program for threads.
///
/// They call async code through it, and wait for that. Made by [`TaskGroup::portal`](crate::TaskGroup::portal) and [`portal`](fn@portal). `E` is the
/// failure of the group's body and children.
#[doc(alias = "BlockingPortal")]
pub type Portal<E = Infallible, B = AnyBackend> = anyrt_core::blocking::Portal<B, E>;

/// Children on threads of their own, as their closure sees them.
///
/// Made by [`scope`]. `E` is the failure of the closure and the children.
pub type ThreadGroup<'scope, 'env, E = Infallible, B = AnyBackend> =
    thread_group::ThreadGroup<'scope, 'env, B, E>;

/// Runs a blocking closure on another thread, and gives its value.
///
/// The thread is one of the backend's pool. At most [`DEFAULT_LIMIT`] of them run closures at once, in
/// the order of the calls (law T5): [`default_limiter`] changes that, and
/// [`with_limiter`](RunBlocking::with_limiter) names another limiter for a call.
///
/// A call that has begun is not abandoned: a cancelled scope waits for it (law T1), and its closure can
/// ask whether it should end early: [`is_cancelled`], [`checkpoint`] (law T3). A call that is
/// [`abandonable`](RunBlocking::abandonable) returns at once, while its closure runs on and keeps its
/// token (law T2).
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the panic of
/// the closure. Panics if the runtime is shut down before it runs the closure (law N7).
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: the closure runs to its end and its value is dropped.
///
/// # Examples
///
/// ```
/// use anyrt::blocking;
///
/// let length = anyrt::run(blocking::run(|| std::fs::read("Cargo.toml").unwrap().len()));
/// assert!(length > 0);
/// ```
///
/// A closure that would run for ever, were it not for the deadline:
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::{Cancelled, blocking};
///
/// let count = || {
///     for number in 0u64.. {
///         blocking::checkpoint()?;
///         std::hint::black_box(number);
///     }
///     Ok(())
/// };
/// let ended: Option<Result<(), Cancelled>> = anyrt::run(async {
///     anyrt::move_on_after(Duration::from_millis(5), blocking::run(count)).await
/// });
/// assert!(matches!(ended, Some(Err(_))));
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "spawn_blocking")]
#[doc(alias = "unblock")]
pub fn run<F, T>(f: F) -> RunBlocking<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    RunBlocking::ambient(f)
}

/// Runs a closure with threads, and returns when all of them have ended.
///
/// For synchronous callers. Each child is a future on a thread of its own, and so they run in parallel
/// and may borrow from the caller's stack, as with [`std::thread::scope`]. What a child spawns in groups
/// of its own runs on `backend` as ever.
///
/// The laws are those of a task group. The closure and the children end in `()`, in a `Result`, or
/// never. The first failure or panic cancels the other children, each at its next checkpoint, and waits
/// for them. The closure itself cannot be cut: while it blocks in something else than a
/// [`join`](ThreadHandle::join), a failure has to wait for it.
///
/// In a call of [`run`](fn@run) it belongs to the scopes around the call: what cancels them cancels the
/// children, too (law C9), and the call still gives its value (law T1).
///
/// # Panics
///
/// Panics on a thread that is polling anyrt code, which it would block (law B8): there a
/// [`task_group`](crate::task_group) does the same, and in [`run`](fn@run) it nests. Resumes the first
/// panic of the closure or of a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if the closure or a child failed. The
/// closure always runs to its end, so that a cancelled group still gives its value (law E6).
///
/// # Examples
///
/// ```
/// use anyrt::AnyBackend;
/// use anyrt::blocking::{self, ThreadGroup};
///
/// let backend: AnyBackend = "smol".parse()?;
/// let words = ["one", "two", "three"];
/// let (left, right) = words.split_at(1);
/// let count = async |words: &[&str]| {
///     anyrt::checkpoint().await;
///     Ok(words.iter().map(|word| word.len()).sum::<usize>())
/// };
/// let sum = blocking::scope(&backend, |group: ThreadGroup<'_, '_>| {
///     let left = group.spawn(count(left));
///     let right = group.spawn(count(right));
///     Ok(left.join().unwrap() + right.join().unwrap())
/// });
/// assert_eq!(sum, Ok(11));
/// # Ok::<(), anyrt::UnknownBackend>(())
/// ```
#[doc(alias = "thread_scope")]
#[doc(alias = "from_thread")]
#[track_caller]
pub fn scope<'env, B, E, O, F>(backend: &B, body: F) -> Result<O::Value, GroupError<E>>
where
    B: Driver + Toplevel,
    E: Send,
    O: Outcome<E>,
    F: for<'scope> FnOnce(ThreadGroup<'scope, 'env, E, B>) -> O,
{
    thread_group::scope(backend, body)
}

/// Gives the limiter of the calls that name no other one.
///
/// It belongs to the backend: a simulation has one of its own, the others share one.
///
/// # Panics
///
/// Panics if there is no backend ([`AnyBackend::current`]).
///
/// # Examples
///
/// ```
/// anyrt::run(async {
///     let limiter = anyrt::blocking::default_limiter();
///     assert_eq!(limiter.total(), anyrt::blocking::DEFAULT_LIMIT);
///     limiter.set_total(100);
/// });
/// ```
#[doc(alias = "current_default_thread_limiter")]
#[track_caller]
pub fn default_limiter() -> Arc<CapacityLimiter> {
    match AnyBackend::with_current(Driver::blocking_limiter) {
        Ok(limiter) => limiter,
        Err(error) => panic!("{error}"),
    }
}

/// Runs a future on this thread, for the closure of a blocking call.
///
/// It runs on the backend that the call came from, and is part of the call: what cancels the scopes
/// around the call cancels the future, too (law T4). It may borrow, and need not be `Send`.
///
/// # Panics
///
/// Panics outside of [`run`](fn@run), and on a thread that is polling anyrt code: there, await the
/// future. Resumes the panic of the future.
///
/// # Errors
///
/// [`Cancelled`] if the call was cancelled, and the future with it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::blocking;
///
/// let text = anyrt::run(blocking::run(|| {
///     let parts = vec!["one", "two"];
///     let slow = async {
///         anyrt::sleep(Duration::from_millis(1)).await;
///         parts.concat()
///     };
///     blocking::block_on(slow)
/// }));
/// assert_eq!(text, Ok("onetwo".to_owned()));
/// ```
#[doc(alias = "from_thread")]
#[track_caller]
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Cancelled> {
    match AnyBackend::current() {
        Ok(backend) => anyrt_core::blocking::block_on(&backend, future),
        Err(error) => panic!("{error}"),
    }
}

/// Starts a program for a synchronous caller, which calls into it.
///
/// The closure runs on this thread, and the program beside it. What it calls through the portal runs in
/// one task group, whose laws hold: the program ends when the closure has returned and all children
/// have ended. The first failure or panic cancels the others; the closure itself cannot be cut.
///
/// Threads that belong to a program that runs already get their portal from
/// [`TaskGroup::portal`](crate::TaskGroup::portal).
///
/// # Panics
///
/// Panics on a thread that is polling anyrt code, which it would block (laws B8, T4). Resumes the first
/// panic of the closure or of a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure, if the closure or a child failed. The closure always runs
/// to its end, so that a cancelled group still gives its value (law E6).
///
/// # Backends
///
/// A simulation does not see what threads of yours do: it is told that there are some with
/// `Sim::among_threads`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use anyrt::AnyBackend;
/// use anyrt::blocking::{self, Portal};
///
/// let backend: AnyBackend = "smol".parse()?;
/// let sum = blocking::portal(&backend, |portal: Portal| {
///     let left = portal.call(async {
///         anyrt::sleep(Duration::from_millis(1)).await;
///         40
///     });
///     let right = portal.call(async { 2 });
///     Ok(left.unwrap() + right.unwrap())
/// });
/// assert_eq!(sum, Ok(42));
/// # Ok::<(), anyrt::UnknownBackend>(())
/// ```
#[doc(alias = "start_blocking_portal")]
#[track_caller]
pub fn portal<B, E, O, F>(backend: &B, body: F) -> Result<O::Value, GroupError<E>>
where
    B: Driver + Toplevel,
    E: Send + 'static,
    O: Outcome<E>,
    F: FnOnce(Portal<E, B>) -> O,
{
    anyrt_core::blocking::portal(backend, body)
}
