//! A simulator as a backend of anyrt: virtual time, seeded schedules, for tests that replay.
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
pub use net::{SimNet, SimTcpListener, SimTcpStream};
pub use schedule::Schedule;
pub use sequencer::{Sequencer, SequencerError, Turn, WaitForTurn};
pub use sim::Sim;
pub use sleep::SimSleep;
pub use trace::{Event, NetEvent, Trace, What};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
