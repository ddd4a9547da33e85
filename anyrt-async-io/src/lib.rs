//! What anyrt's backends over `async-io` share.
//!
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "process")]
mod process;
#[cfg(all(unix, feature = "signal"))]
mod signal;

#[cfg(feature = "process")]
pub use process::spawn;
#[cfg(all(unix, feature = "signal"))]
pub use signal::listen;
