//! Lines and frames of any stream: [`BufferedReader`].
//!
//! A line comes in pieces, and whoever waits for its end may be cut in the middle. So what was read is
//! the reader's and never the future's: a read that is cut or dropped has lost nothing (law W11).

mod poll;
mod reader;

pub use self::reader::BufferedReader;
pub use crate::error::ReadError;
