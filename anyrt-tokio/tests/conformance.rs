//! The laws of anyrt, checked on tokio.

use anyrt_tokio::TokioBackend;

anyrt_conformance::suite!(TokioBackend::new(), net);

#[cfg(unix)]
anyrt_conformance::system_suite!(TokioBackend::new());
