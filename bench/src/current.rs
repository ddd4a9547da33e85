//! The backends themselves, where the code runs on them.

use anyrt_async_std::AsyncStdBackend;
use anyrt_core::Backend;
use anyrt_smol::SmolBackend;
use anyrt_tokio::TokioBackend;

/// A backend that the calling code runs on.
pub(crate) trait Current: Backend {
    fn here() -> Self;
}

impl Current for TokioBackend {
    fn here() -> Self {
        Self::current().expect("the job runs on tokio")
    }
}

impl Current for SmolBackend {
    fn here() -> Self {
        Self::new()
    }
}

impl Current for AsyncStdBackend {
    fn here() -> Self {
        Self::current().expect("the job runs on async-std")
    }
}
