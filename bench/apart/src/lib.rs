//! What the benchmark's programs have in common.
//!
//! A run that must not share its process, its cargo features or its allocator with others is done by
//! a program of this package, or by the benchmark itself, started again. Each takes an
//! [`Order`](order::Order).
#![forbid(unsafe_code)]

pub mod ambient;
pub mod memory;
pub mod order;
pub mod parking;
pub mod tokio_site;
pub mod work;
