//! What somebody who knows Trio and `AnyIO` tries first, with the public API alone.
//!
//! A cancelled future is dropped at its await: where Trio runs an `except` or `finally` block, these
//! programs have a destructor or [`anyrt::finally`]. `known_faults` has the programs that fail on crates of
//! today.

mod cleanup;
mod deadlines;
mod edges;
mod errors;
mod groups;
mod handles;
mod known_faults;
mod many;
mod panics;
mod patterns;
mod scopes;
mod shields;
mod start;
mod start_cancelled;
mod support;
mod waiters;
