//! The laws of anyrt, checked on smol.

use anyrt_smol::SmolBackend;

anyrt_conformance::suite!(SmolBackend::new(), net);

#[cfg(unix)]
anyrt_conformance::system_suite!(SmolBackend::new());
