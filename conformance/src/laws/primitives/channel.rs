//! P1 to P4 for channels.

mod cut;
mod handing_over;
mod passing_on;
mod skipping;

use anyrt_core::error::TryRecvError;

pub(super) use cut::p3;
pub(super) use handing_over::p2;
pub(super) use passing_on::p4;
pub(super) use skipping::p1;

const EMPTY: Result<u32, TryRecvError> = Err(TryRecvError::Empty);
