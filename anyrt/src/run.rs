//! How a program starts.

use std::env;
use std::future::Future;

use anyrt_core::error::NoRuntime;
use anyrt_core::{Backend, Toplevel};

use crate::backend::AnyBackend;
use crate::detect::HINT;

/// Runs a future as the program.
///
/// It returns after every task that the future started.
///
/// The backend is the one that the environment variable `ANYRT_BACKEND` names, or else the first
/// that is enabled of tokio, smol and async-std: good for examples and tests. A program that means
/// one backend says so, with [`run_on`] or `#[anyrt::main(smol)]`.
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
    run_on(&chosen(), future)
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

// No closures: a panic in one would not show the caller's line.
#[track_caller]
fn chosen() -> AnyBackend {
    if let Some(name) = env::var_os("ANYRT_BACKEND").filter(|name| !name.is_empty()) {
        return match name.to_string_lossy().parse() {
            Ok(backend) => backend,
            Err(error) => panic!("the environment variable ANYRT_BACKEND: {error}"),
        };
    }
    match AnyBackend::available().into_iter().next() {
        Some(backend) => backend,
        None => panic!("{}", NoRuntime::new(HINT)),
    }
}
