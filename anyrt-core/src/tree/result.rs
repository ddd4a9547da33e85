//! What a child leaves for its handle, and the handle's wait for it.
//!
//! # Invariants
//!
//! - A result is put once, and taken once or forsaken. The joiner's waker stands where the result will
//!   be, under the same lock: whoever puts the result finds it.
//! - Values, errors and wakers are dropped after unlocking, since their destructors are foreign.

use std::any::Any;
use std::mem::replace;
use std::task::Waker;

use super::node::Node;
use crate::error::TaskError;
use crate::lock::lock;
use crate::quiet;
use crate::waker_slot;

/// The result of a child, from its beginning to the end of its handle.
pub(super) enum TaskResult {
    /// With the waker of the awaiting handle.
    Running(Option<Waker>),
    Ended(Result<Box<dyn Any + Send>, Box<TaskError>>),
    /// The result was taken, or nobody will ever ask for it.
    Gone,
}

impl Default for TaskResult {
    fn default() -> Self {
        Self::Running(None)
    }
}

impl Node {
    /// Whether there is still a handle.
    pub(crate) fn is_result_wanted(&self) -> bool {
        !matches!(lock(&self.link).result, TaskResult::Gone)
    }

    /// Keeps the result for the handle and wakes it; gives an unwanted value back.
    pub(crate) fn put_result<T: Send + 'static>(&self, result: Result<T, TaskError>) -> Option<T> {
        let mut link = lock(&self.link);
        if matches!(link.result, TaskResult::Gone) {
            return result.ok();
        }
        let ended = match result {
            Ok(value) => Ok(Box::new(value) as Box<dyn Any + Send>),
            Err(error) => Err(Box::new(error)),
        };
        let before = replace(&mut link.result, TaskResult::Ended(ended));
        drop(link);
        if let TaskResult::Running(Some(joiner)) = before {
            quiet::wake(joiner);
        }
        None
    }

    /// Takes the result if the child has ended; else it wakes `joiner` then.
    pub(crate) fn take_result<T: 'static>(&self, joiner: &Waker) -> Option<Result<T, TaskError>> {
        let mut link = lock(&self.link);
        if let TaskResult::Running(known) = &mut link.result {
            let before = waker_slot::replace(known, joiner);
            drop(link);
            quiet::drop_quietly(before);
            return None;
        }
        let ended = replace(&mut link.result, TaskResult::Gone);
        drop(link);
        match ended {
            TaskResult::Ended(Ok(value)) => match value.downcast::<T>() {
                Ok(value) => Some(Ok(*value)),
                Err(_) => unreachable!("a handle has the type of its child"),
            },
            TaskResult::Ended(Err(error)) => Some(Err(*error)),
            TaskResult::Running(_) | TaskResult::Gone => None,
        }
    }

    /// Notes that nobody will ask for the result, and drops it if it is there.
    pub(crate) fn forsake_result(&self) {
        let result = replace(&mut lock(&self.link).result, TaskResult::Gone);
        drop(result);
    }

    /// Gives back what was taken, for a handle that will ask again.
    pub(crate) fn put_result_back(&self, error: TaskError) {
        let ended = TaskResult::Ended(Err(Box::new(error)));
        let gone = replace(&mut lock(&self.link).result, ended);
        drop(gone);
    }

    pub(crate) fn is_result_due(&self) -> bool {
        matches!(lock(&self.link).result, TaskResult::Running(_))
    }
}
