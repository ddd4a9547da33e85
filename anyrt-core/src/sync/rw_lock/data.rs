//! What a read-write lock has: the data, and who was let in.
//!
//! # Invariants
//!
//! - Before the first reader the data lies in the lock. From then on it lies in an `Arc`: each guard of a
//!   reader has a clone, and gives it up before it is counted out.
//! - While somebody writes, the data is in the writer's guard, with the only `Arc` of it. So a writer
//!   reaches it without a cell (`docs/decisions/016`).

use std::sync::Arc;

use crate::sync::queued::Supply;
use crate::waiting::Wait;

pub(crate) struct Data<T> {
    value: Value<T>,
    readers: usize,
    is_writing: bool,
}

/// Where the data is.
pub(crate) enum Value<T> {
    Own(T),
    Shared(Arc<T>),
    /// In the guard of a writer.
    Away,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// What whoever was let in gets.
pub(crate) enum Access<T> {
    Read(Arc<T>),
    Write(Value<T>),
}

pub(super) const LEAKED: &str = "a guard of the lock was leaked: drop guards, do not forget them";

impl<T> Value<T> {
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::Away)
    }

    fn share(&mut self) -> Arc<T> {
        let shared = match self.take() {
            Self::Own(value) => Arc::new(value),
            Self::Shared(shared) => shared,
            Self::Away => unreachable!("nobody reads while somebody writes"),
        };
        *self = Self::Shared(shared.clone());
        shared
    }

    pub(super) fn get(&self) -> Option<&T> {
        match self {
            Self::Own(value) => Some(value),
            Self::Shared(shared) => Some(shared),
            Self::Away => None,
        }
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Own(value) => Some(value),
            Self::Shared(shared) => Arc::get_mut(shared),
            Self::Away => None,
        }
    }
}

impl<T> Data<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value: Value::Own(value), readers: 0, is_writing: false }
    }

    pub(super) fn readers(&self) -> usize {
        self.readers
    }

    pub(super) fn is_writing(&self) -> bool {
        self.is_writing
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    pub(super) fn into_inner(self) -> Option<T> {
        match self.value {
            Value::Own(value) => Some(value),
            Value::Shared(shared) => Arc::into_inner(shared),
            Value::Away => None,
        }
    }

    pub(super) fn end_read(&mut self) {
        self.readers -= 1;
    }

    pub(super) fn end_write(&mut self, value: Value<T>) {
        self.value = value;
        self.is_writing = false;
    }

    /// Makes a reader of the writer.
    pub(super) fn downgrade(&mut self, value: Value<T>) -> Arc<T> {
        self.end_write(value);
        self.readers += 1;
        self.value.share()
    }
}

impl<T> Supply for Data<T> {
    type Ask = Mode;
    type Taken = Access<T>;

    const WAIT: Wait = Wait::Lock;

    fn is_spent(&self) -> bool {
        self.is_writing
    }

    fn set_aside(&mut self, mode: &mut Mode) -> bool {
        match mode {
            _ if self.is_writing => return false,
            Mode::Read => self.readers += 1,
            Mode::Write if self.readers > 0 => return false,
            Mode::Write => self.is_writing = true,
        }
        true
    }

    fn hand_out(&mut self, mode: Mode) -> Access<T> {
        match mode {
            Mode::Read => Access::Read(self.value.share()),
            Mode::Write => Access::Write(self.value.take()),
        }
    }

    fn put_back(&mut self, mode: Mode) {
        match mode {
            Mode::Read => self.end_read(),
            Mode::Write => self.is_writing = false,
        }
    }
}
