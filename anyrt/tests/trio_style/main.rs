//! What somebody who knows Trio and `AnyIO` tries first, with the public API alone.
//!
//! A cancelled future is dropped at its await: where Trio runs an `except` or `finally` block, these
//! programs have a destructor or [`anyrt::finally`].

mod cleanup;
mod deadlines;
mod edges;
mod errors;
mod groups;
mod handles;
mod many;
mod panics;
mod patterns;
mod scopes;
mod shields;
mod start;
mod start_cancelled;
mod support;
mod waiters;
