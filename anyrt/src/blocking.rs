//! Threads for what would block: files, CPU work, foreign libraries; and async code for who blocks.

use std::convert::Infallible;

use anyrt_core::{Driver, Outcome, Toplevel, thread_group};

use crate::GroupError;
use crate::backend::AnyBackend;
use crate::future::RunBlocking;

#[doc(inline)]
pub use anyrt_core::thread_group::ThreadHandle;

/// Children on threads of their own, as their closure sees them.
///
/// Made by [`scope`]. `E` is the failure of the closure and the children.
pub type ThreadGroup<'scope, 'env, E = Infallible, B = AnyBackend> =
    thread_group::ThreadGroup<'scope, 'env, B, E>;

/// Runs a blocking closure on another thread, and gives its value.
///
/// The thread is one of the backend's pool.
///
/// A call that has begun is never abandoned: a cancelled scope waits for it (law T1).
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
/// let length = anyrt::run(anyrt::blocking::run(|| std::fs::read("Cargo.toml").unwrap().len()));
/// assert!(length > 0);
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
