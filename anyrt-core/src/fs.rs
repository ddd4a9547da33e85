//! Files and folders, through the blocking threads of the backend.
//!
//! No system that anyrt runs on has files that can be waited for as sockets can, and so the runtimes' own
//! do what is done here: each operation is a blocking call, with the limiter and the laws of those. One
//! that has begun is waited for, also by a cancelled scope (law T1), so that none is half done when the
//! scope is over.
//!
//! What needs no more than one call is one: `backend.run_blocking(|| std::fs::rename(from, to))`. Here is
//! what needs several: an open [`File`], its [`Lines`], and what is in a folder and below it, [`Walk`].

mod file;
mod lines;
pub(crate) mod shuttle;
mod walk;

pub use file::File;
pub use lines::Lines;
pub use walk::{Entry, Walk, WalkError};
