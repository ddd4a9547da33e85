//! The laws of anyrt, checked on async-std.

use anyrt_async_std::AsyncStdBackend;

anyrt_conformance::suite!(AsyncStdBackend::new(), net);

#[cfg(unix)]
anyrt_conformance::system_suite!(AsyncStdBackend::new());
