//! Join policies: what becomes of a group's outcomes when the body only starts children.
//!
//! Each is a task group inside, so that its laws hold: no child outlives the operation, a panic
//! cancels the rest and resumes, and the place in the tree follows the poll.
//!
//! | policy | gives | cancels the rest when |
//! |---|---|---|
//! | [`Gather`] | all outputs, in the order of the call | a child panics |
//! | [`TryGather`] | all values, or all failures | a child fails or panics |
//! | [`Race`] | the first success, or all failures | a child succeeds or panics |
//! | [`AsCompleted`] | each output when it is there | a child panics, or it is dropped |

mod completed;
mod fan_out;
mod gather;
mod home;
mod race;
mod together;
mod tuple;

pub use completed::{AsCompleted, NextCompleted};
pub use gather::{Gather, TryGather};
pub use race::{Race, RaceError};
pub use together::{Together, TryTogether};
