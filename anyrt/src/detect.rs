//! On which backend does this code run?
//!
//! The order, and why: code inside anyrt knows its backend (the frame). async-std answers exactly
//! inside its tasks. tokio answers wherever its context is entered, which is more than its tasks:
//! blocking threads and enter guards, too. smol's and async-std's executors work from any thread,
//! so that they are what is left for code that no runtime answers for.

use anyrt_core::error::NoRuntime;
use anyrt_core::{Ambient, with_backend};

use crate::backend::{AnyBackend, Choice};
use crate::enabled;

impl AnyBackend {
    /// Gives the backend that the calling code runs on.
    ///
    /// Inside anyrt it is the one that runs the program. Elsewhere it is async-std in a task of
    /// async-std, tokio where a tokio runtime is entered, then smol, then async-std, as far as
    /// they are enabled.
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
