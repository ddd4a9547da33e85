//! On which backend does this code run?
//!
//! The order, and why: code inside anyrt knows its backend (the frame). async-std answers exactly
//! inside its tasks. tokio answers wherever its context is entered, which is more than its tasks:
//! blocking threads and enter guards, too. smol's and async-std's executors work from any thread,
//! so that they are what is left for code that no runtime answers for.

use std::io;

use anyrt_core::error::NoRuntime;
use anyrt_core::{Ambient, with_backend};

use crate::backend::{AnyBackend, Choice};
use crate::enabled;

impl AnyBackend {
    /// Gives the backend that the calling code runs on.
    ///
    /// Inside anyrt it is the one that runs the program. Elsewhere the runtimes are asked, in this
    /// order: async-std, which answers in its tasks; tokio, which answers wherever one of its runtimes
    /// is entered; then smol, and then async-std, whose executors work from any thread. A backend that
    /// is not enabled is not asked.
    ///
    /// | where the code runs | which backend answers |
    /// |---|---|
    /// | inside anyrt | the backend of the program |
    /// | in a task of tokio | tokio |
    /// | in a tokio runtime of one thread | tokio |
    /// | in a `LocalSet` of tokio | tokio; children run beside the `LocalSet` |
    /// | in `spawn_blocking` of tokio | tokio |
    /// | in `block_in_place` of tokio | tokio |
    /// | in a task of smol | smol |
    /// | in a `LocalExecutor` of smol | smol; children run on the global executor |
    /// | in an `Executor` of smol | smol; children run on the global executor |
    /// | in `unblock` of smol | smol |
    /// | in a task of async-std | async-std |
    /// | in `spawn_blocking` of async-std | smol, else async-std |
    /// | under an enter guard of tokio | tokio |
    /// | in smol under an enter guard of tokio | tokio |
    /// | in async-std under an enter guard of tokio | async-std |
    /// | in a `Compat` of async-compat | tokio, but in a task of async-std async-std |
    /// | in async-std with its feature `tokio1` | async-std |
    /// | in `block_on` of smol in a task of tokio | tokio |
    /// | in `block_on` of async-std in a task of tokio | async-std |
    /// | in `block_on` of tokio in a task of smol | tokio |
    /// | in `block_on` of tokio in a task of async-std | async-std |
    /// | in any other executor | smol; children run on the global executor |
    /// | on any other thread | smol |
    /// | on any other thread without smol | async-std |
    /// | on any other thread with tokio alone | `NoRuntime` |
    ///
    /// Whatever answers is used for tasks, timers, threads and sockets alike.
    ///
    /// # Errors
    ///
    /// [`NoRuntime`] if none of them answers; it names what to enable.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = tokio::runtime::Runtime::new()?;
    /// let found = runtime.block_on(async { anyrt::AnyBackend::current() })?;
    /// assert_eq!(found.name(), "tokio");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn current() -> Result<Self, NoRuntime> {
        Self::with_current(Clone::clone)
    }
}

impl Ambient for AnyBackend {
    fn with_current<R>(f: impl FnOnce(&Self) -> R) -> Result<R, NoRuntime> {
        // Called in one of two places, and by value.
        let mut f = Some(f);
        let mut call = |backend: &Self| f.take().map(|f| f(backend));
        let inside = with_backend(|erased| match erased.downcast_ref::<Self>() {
            Some(any) => call(any),
            None => call(&erased.into()),
        });
        inside.flatten().or_else(|| call(&outside()?)).ok_or_else(|| NoRuntime::new(HINT))
    }
}

/// Asks the runtimes themselves.
fn outside() -> Option<AnyBackend> {
    let choice = enabled::current_async_std()
        .map(Choice::AsyncStd)
        .or_else(|| enabled::current_tokio().map(Choice::Tokio))
        .or_else(|| enabled::smol().map(Choice::Smol))
        .or_else(|| enabled::async_std().map(Choice::AsyncStd));
    choice.map(AnyBackend)
}

/// With smol or async-std there is always a backend.
pub(crate) const HINT: &str = if cfg!(feature = "tokio") {
    "this code runs outside of tokio. Call it from a tokio runtime or through `anyrt::run`, or \
     enable the feature `smol` or `async-std` of anyrt, whose executors work from any thread"
} else {
    "no backend is enabled. Enable a feature of anyrt in the Cargo.toml of the program: `tokio`, \
     `smol` or `async-std`"
};

/// The current backend, for an operation whose errors are the system's.
pub(crate) fn current_for_io() -> io::Result<AnyBackend> {
    AnyBackend::current().map_err(|error| io::Error::new(io::ErrorKind::Unsupported, error))
}
