//! A simulator as a backend of anyrt: virtual time, seeded schedules, for tests that replay.
//!
//! [`Sim`] runs a program on one thread, in a world of its own. Time is virtual: the clock jumps to the next
//! timer when nothing can run. The order in which tasks run comes from a seed, so that a run which
//! failed can be run again, step by step. What cannot go on is an error that shows what each task
//! waits for, and not a hang.
//!
//! A library that uses `anyrt` needs nothing but a line in its `Cargo.toml`, and an attribute:
//!
//! ```toml
//! [dev-dependencies]
//! anyrt = { version = "0.1", features = ["sim"] }
//! ```
//!
//! ```ignore
//! #[anyrt::test(sim, seeds = 100)]
//! async fn nobody_waits_for_ever() {
//!     my_library::serve().await;
//! }
//! ```
//!
//! Code that is generic over `B: Backend` takes a [`SimBackend`].
//!
//! | to do this | there is |
//! |---|---|
//! | run one seed, or the first of many that fails | [`Sim::run`], [`Sim::explore`] |
//! | let all happen that can happen now | [`wait_until_idle`] |
//! | move the clock by hand | [`Sim::autojump`], [`advance`] |
//! | have steps of several tasks in an order | [`Sequencer`] |
//! | make the network slow, break it | [`SimBackend::net`] |
//! | send it signals | [`SimBackend::raise`] |
//! | see what happened | [`Sim::run_traced`] |
//!
//! # Rules
//!
//! - One seed is one run, as long as the program itself is deterministic: what it takes from a `HashMap`,
//!   from [`Instant::now`](std::time::Instant::now) or from threads of its own is its own affair. The
//!   clock is `anyrt::now()`.
//! - Everything that is due at one instant happens at that instant, in the order of the seed.
//! - A blocking call runs on a thread of its own, and all others stand still until it returns, within
//!   [reason](Sim::patience).
//! - Tasks that spin for very long get older all the same, so that no loop outruns a deadline (law D7).
//! - All laws of anyrt hold. Programs with many threads of their own want [`Sim::among_threads`].
#![forbid(unsafe_code)]

mod advance;
mod backend;
mod blocking;
mod config;
mod drive;
mod error;
mod explore;
mod idle;
mod local;
mod lock;
mod net;
mod place;
mod random;
mod schedule;
mod sequencer;
mod signal;
mod sim;
mod sleep;
mod task;
mod timers;
mod trace;
mod world;

pub use advance::{Advance, WaitUntilIdle, advance, wait_until_idle};
pub use backend::SimBackend;
pub use error::{Cause, SimError};
pub use explore::Failure;
pub use net::{SimNet, SimTcpListener, SimTcpStream, SimUdpSocket};
#[cfg(unix)]
pub use net::{SimUnixDatagram, SimUnixListener};
pub use schedule::Schedule;
pub use sequencer::{Sequencer, SequencerError, Turn, WaitForTurn};
pub use sim::Sim;
pub use sleep::SimSleep;
pub use trace::{Event, NetEvent, Trace, What};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
