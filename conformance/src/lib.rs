//! The laws of anyrt as a test suite that every backend runs.
//!
//! Whoever writes a backend adds one file to its tests, and gets one `#[test]` for each law:
//!
//! ```ignore
//! anyrt_conformance::suite!(MyBackend::new());
//! ```
//!
//! See [`suite!`] for its forms, and [`laws`] to run the checks from a program. Each [`Law`] has an
//! id, a sentence and a check that panics with what it saw; [`run_law`] gives it a thread of its
//! own and a time limit.
//!
//! # How a check is made
//!
//! - It asserts the whole sentence: children of children, failing bodies, panics, destructors.
//! - It is deterministic. Nothing is ordered by sleeping; where a fault needs time to show, a gate
//!   opens late, which a correct backend waits for however long that takes.
//! - It can fail: `tests/saboteurs.rs` has a backend that breaks the law.
//!
//! # Features
//!
//! - `report`, on by default: the program that prints the matrix of laws and backends, and the laws
//!   of detection, which need the facade. It brings all runtimes along, so **a backend takes the
//!   suite with `default-features = false`**; else async-std, which is unmaintained, is in its lock
//!   file.
#![forbid(unsafe_code)]

mod abort;
mod kit;
mod law;
mod laws;
mod net_policies;
mod policies;
mod run;
mod subject;
mod suite;
mod support;
mod threads;

pub use abort::{Abort, Aborting, Moment};
pub use kit::{
    AnyBarrier, AnyBroadcast, AnyCondition, AnyEvent, AnyLimiter, AnyOneshot, AnyQueue,
    AnyRateLimiter, AnyWatch, CoreCondition, CoreKit, CoreOneshot, CoreOneshotReceiver, Kit, Shown,
};
pub use law::{DEFAULT_LIMIT, Law};
#[cfg(unix)]
pub use laws::system_laws;
pub use laws::{
    AnyFile, abort_law_of, bracket_law_of, connect_law_of, driver_laws, driver_laws_with_net,
    file_law_of, join_laws_of, kit_laws_of, laws, net_laws_of, rate_law_of, signal_law,
    thread_laws_of, with_net,
};
#[cfg(feature = "report")]
pub use laws::{Detect, detection_laws, detection_laws_of};
pub use net_policies::NetPolicies;
pub use policies::{Engine, Policies};
pub use run::{Measured, Outcome, hold, measure, run_law};
pub use subject::{Subject, System};
pub use threads::Threads;
