//! Which backend answers where (laws N1, N3, N4, N6, N7).
//!
//! The table in the documentation of `AnyBackend::current` says it; each of its rows has a test of
//! its name. All backends are enabled here: `tests/features.rs` has the rows that need other builds.

mod choice;
mod dead_tokio;
mod entered_tokio;
#[path = "../support/in_time.rs"]
mod in_time;
#[path = "../support/library.rs"]
mod library;
mod mixed_runtimes;
mod on_async_std;
mod on_other_executors;
mod on_smol;
mod on_tokio;
mod table;
