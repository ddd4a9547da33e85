//! How a program starts.

use std::env;
use std::future::Future;

use anyrt_core::error::NoRuntime;
use anyrt_core::{Backend, Toplevel};

use crate::backend::AnyBackend;
use crate::detect::HINT;
use crate::name::UnknownBackend;

/// Runs a future as the program.
///
/// It returns after every task that the future started.
///
/// The backend is the one that the environment variable `ANYRT_BACKEND` names, or else the first
/// that is enabled of tokio, smol and async-std: good for examples and tests. A program that means
/// one backend says so, with [`run_on`] or `#[anyrt::main(smol)]`. [`try_run`] gives an error where
/// there is no backend.
///
/// # Panics
///
/// Panics if no backend is enabled, if `ANYRT_BACKEND` names none that is, or on a thread that runs
/// anyrt code already, where it would block the runtime (law B8); from
/// [`blocking::run`](crate::blocking::run) it nests. Resumes the panic of the future, and of
/// tasks that it left behind.
///
/// # Examples
///
/// ```
/// assert_eq!(anyrt::run(async { 6 * 7 }), 42);
/// ```
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    // No closure: a panic in one would not show the caller's line.
    match chosen() {
        Ok(backend) => run_on(&backend, future),
        Err(error) => panic!("{error}"),
    }
}

/// Runs a future as the program, if there is a backend.
///
/// It is [`run`], with an error where that panics for want of a backend; the future is then
/// dropped.
///
/// # Panics
///
/// Panics on a thread that runs anyrt code already, where it would block the runtime (law B8);
/// from [`blocking::run`](crate::blocking::run) it nests. Resumes the panic of the future, and of
/// tasks that it left behind.
///
/// # Errors
///
/// [`RunError::NoRuntime`] if no backend is enabled, [`RunError::UnknownBackend`] if
/// `ANYRT_BACKEND` names none that is.
///
/// # Examples
///
/// ```
/// let answer = anyrt::try_run(async { 6 * 7 })?;
/// assert_eq!(answer, 42);
/// # Ok::<(), anyrt::RunError>(())
/// ```
#[track_caller]
pub fn try_run<F: Future>(future: F) -> Result<F::Output, RunError> {
    Ok(run_on(&chosen()?, future))
}

/// Why no program was started.
///
/// It is the error of [`try_run`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// No backend is enabled.
    #[error(transparent)]
    NoRuntime(#[from] NoRuntime),
    /// The variable `ANYRT_BACKEND` names no backend that is enabled.
    #[error("the environment variable ANYRT_BACKEND: {0}")]
    UnknownBackend(UnknownBackend),
}

/// Runs a future as the program on a backend.
///
/// It returns after every task that the future started.
///
/// # Panics
///
/// Panics on a thread that runs anyrt code already, where it would block the runtime (law B8);
/// from [`blocking::run`](crate::blocking::run) it nests. Resumes the panic of the future, and of
/// tasks that it left behind.
///
/// # Examples
///
/// ```
/// use anyrt::AnyBackend;
///
/// let smol: AnyBackend = "smol".parse()?;
/// assert_eq!(anyrt::run_on(&smol, async { 6 * 7 }), 42);
/// # Ok::<(), anyrt::UnknownBackend>(())
/// ```
#[track_caller]
pub fn run_on<B, F>(backend: &B, future: F) -> F::Output
where
    B: Backend + Toplevel,
    F: Future,
{
    backend.run(future)
}

/// Takes the backend that the environment names, or the first that is enabled.
fn chosen() -> Result<AnyBackend, RunError> {
    match env::var_os("ANYRT_BACKEND").filter(|name| !name.is_empty()) {
        Some(name) => name.to_string_lossy().parse().map_err(RunError::UnknownBackend),
        None => {
            let first = AnyBackend::available().into_iter().next();
            first.ok_or_else(|| NoRuntime::new(HINT).into())
        }
    }
}
