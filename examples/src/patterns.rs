//! One concurrency pattern in each file, as a function that gives its outcome, with its test.
//!
//! Where a pattern takes time it is told how long a `second` is, so that a test can make it short.

pub mod any_backend;
pub mod event;
pub mod lock;
pub mod nursery;
pub mod rate_limit;
pub mod which_backend;
