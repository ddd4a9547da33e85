//! Threads for what would block: files, CPU work, foreign libraries.

use crate::future::RunBlocking;

/// Runs a blocking closure on another thread, and gives its value.
///
/// The thread is one of the backend's pool.
///
/// A call that has begun is never abandoned: a cancelled scope waits for it (law T1).
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the panic of
/// the closure.
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
