//! The laws of anyrt as a test suite that every backend runs.
#![forbid(unsafe_code)]

mod law;

pub use law::Law;
