//! Mutexes, atomics and thread-locals: those of std, or of the model checker.
//!
//! The engine takes them from here and not from std, so that loom, which runs the models of
//! `src/loom`, sees each step of the real code. `Arc` stays std's, since loom's has no `Weak`. A `static`
//! names std's in full: it outlives the runs of a model, whose own primitives must not. So does what has
//! an atomic and a `const` constructor, since an atomic of loom's is made at run time.

#[cfg(all(loom, test))]
mod checked;

#[cfg(all(loom, test))]
use checked as from;

#[cfg(not(all(loom, test)))]
mod from {
    pub(crate) use std::sync::{Mutex, MutexGuard, atomic};
    pub(crate) use std::thread_local;
}

pub(crate) use from::{Mutex, MutexGuard, atomic, thread_local};
