//! One concurrency pattern in each file, as a function that gives its outcome, with its test.
//!
//! Where a pattern takes time it is told how long a `second` is, so that a test can make it short.

pub mod all_failures;
pub mod any_backend;
pub mod blocking_work;
pub mod concurrent_fetch;
pub mod connection_pool;
pub mod event;
pub mod fan_out;
pub mod first_failure;
pub mod gather;
pub mod http_client;
pub mod lock;
pub mod many_producers;
pub mod mistakes;
pub mod nursery;
pub mod paginate;
pub mod queue;
pub mod race;
pub mod rate_limit;
pub mod retry;
pub mod session;
pub mod supervisor;
pub mod task_group;
pub mod timeout_each;
pub mod timeouts;
pub mod which_backend;
