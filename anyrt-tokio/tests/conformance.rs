//! The laws of anyrt, checked on tokio.

use anyrt_tokio::TokioBackend;

anyrt_conformance::suite!(TokioBackend::new(), net);
