//! The parts that anyrt's example programs are made of.
//!
//! [`patterns`] has one concurrency pattern in each file; [`program`] is the `main` that they share.
//! [`fetch`] is what a library author would write: it runs on whatever its caller runs on, and
//! names no runtime; so does [`races`], whose faults a simulation finds. [`site`] is the embedded
//! site that the programs fetch from, on loopback.
#![forbid(unsafe_code)]

pub mod command_line;
pub mod fetch;
pub mod gauge;
pub mod http;
pub mod log;
pub mod page_url;
pub mod patterns;
pub mod pool;
pub mod postgres;
pub mod program;
pub mod races;
pub mod server;
pub mod site;
#[cfg(test)]
mod testing;
pub mod toy_database;

/// The code in the front page and in the guides compiles, and runs.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;

    #[doc = include_str!("../../docs/adding-a-backend.md")]
    struct AddingABackend;
}
