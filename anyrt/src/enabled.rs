//! Which backends this build has: the one place where the features of backends are asked for.
//!
//! A backend that is not enabled is the type `Disabled`, which has no values, so that the rest of
//! the crate matches on all of them and needs no `cfg`.

use cfg_if::cfg_if;

#[cfg(any(feature = "tokio", feature = "smol", feature = "async-std", feature = "sim"))]
use crate::backend::{AnyBackend, Choice};

#[cfg(not(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "sim")))]
use crate::disabled::Disabled;

/// The backends that there are, in the order of preference, and whether they are enabled.
pub(crate) const BACKENDS: [(&str, bool); 4] = [
    ("tokio", cfg!(feature = "tokio")),
    ("smol", cfg!(feature = "smol")),
    ("async-std", cfg!(feature = "async-std")),
    ("sim", cfg!(feature = "sim")),
];

cfg_if! {
    if #[cfg(feature = "tokio")] {
        pub(crate) use anyrt_tokio::TokioBackend as Tokio;

        impl From<Tokio> for AnyBackend {
            fn from(backend: Tokio) -> Self {
                Self(Choice::Tokio(backend))
            }
        }

        pub(crate) fn tokio() -> Option<Tokio> {
            Some(Tokio::new())
        }

        pub(crate) fn current_tokio() -> Option<Tokio> {
            Tokio::current()
        }
    } else {
        pub(crate) type Tokio = Disabled;

        pub(crate) fn tokio() -> Option<Tokio> {
            None
        }

        pub(crate) fn current_tokio() -> Option<Tokio> {
            None
        }
    }
}

cfg_if! {
    if #[cfg(feature = "smol")] {
        pub(crate) use anyrt_smol::SmolBackend as Smol;

        impl From<Smol> for AnyBackend {
            fn from(backend: Smol) -> Self {
                Self(Choice::Smol(backend))
            }
        }

        pub(crate) fn smol() -> Option<Smol> {
            Some(Smol::new())
        }
    } else {
        pub(crate) type Smol = Disabled;

        pub(crate) fn smol() -> Option<Smol> {
            None
        }
    }
}

cfg_if! {
    if #[cfg(feature = "async-std")] {
        pub(crate) use anyrt_async_std::AsyncStdBackend as AsyncStd;

        impl From<AsyncStd> for AnyBackend {
            fn from(backend: AsyncStd) -> Self {
                Self(Choice::AsyncStd(backend))
            }
        }

        pub(crate) fn async_std() -> Option<AsyncStd> {
            Some(AsyncStd::new())
        }

        pub(crate) fn current_async_std() -> Option<AsyncStd> {
            AsyncStd::current()
        }
    } else {
        pub(crate) type AsyncStd = Disabled;

        pub(crate) fn async_std() -> Option<AsyncStd> {
            None
        }

        pub(crate) fn current_async_std() -> Option<AsyncStd> {
            None
        }
    }
}

cfg_if! {
    if #[cfg(feature = "sim")] {
        pub(crate) use anyrt_sim::SimBackend as Sim;

        impl From<Sim> for AnyBackend {
            fn from(backend: Sim) -> Self {
                Self(Choice::Sim(backend))
            }
        }

        /// A new world: each simulation is one of its own.
        pub(crate) fn sim() -> Option<Sim> {
            Some(Sim::new(0))
        }
    } else {
        pub(crate) type Sim = Disabled;

        pub(crate) fn sim() -> Option<Sim> {
            None
        }
    }
}
