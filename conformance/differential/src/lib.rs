//! Random programs, run on anyrt and on Trio, whose logs must agree.
//!
//! This is the Rust side: the language, what its statements mean in anyrt's words, and the corpus with
//! Trio's logs. `README.md` describes the language, and where anyrt differs from Trio by decision.
#![forbid(unsafe_code)]

mod corpus;
mod environment;
mod interpret;
mod ledger;
mod log;
mod program;
mod target;
mod world;

pub use corpus::{Entry, corpus, divergences};
pub use interpret::{Report, interpret};
pub use log::Failed;
pub use program::{Block, Op, Program, Statement};
pub use target::{Case, Settings, Target};
