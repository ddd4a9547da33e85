//! Calling and dropping what is foreign, where a panic must not get in the way.
//!
//! A waker or a destructor that panics has its panic reported by the panic hook. Whoever wakes or
//! drops it here is not to blame for it, and holds what must not be lost: an item, a permit, the count
//! of a group.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

/// Calls a waker.
pub(crate) fn wake(waker: Waker) {
    quietly(|| waker.wake());
}

/// Drops a value.
pub(crate) fn drop_quietly<T>(value: T) {
    quietly(|| drop(value));
}

fn quietly(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        // Its destructor could panic again.
        std::mem::forget(payload);
    }
}
