//! A child on a thread of its own, and its handle.

use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, ScopedJoinHandle};

use super::{Shared, ThreadGroup, refuse_in_a_poll};
use crate::driver::{Driver, Toplevel};
use crate::error::{Panic, Reason, TaskError};
use crate::lock::lock;
use crate::outcome::Outcome;
use crate::quiet::drop_quietly;
use crate::scope::{CancelHandle, CancelScope, RunScope};
use crate::sys::Mutex;

/// Where the child leaves its result.
type Slot<T> = Arc<Mutex<Option<Result<T, TaskError>>>>;

impl<'scope, D, E> ThreadGroup<'scope, '_, D, E>
where
    D: Driver + Toplevel,
    E: Send + 'scope,
{
    /// Starts a child on a thread of its own; never waits for it.
    ///
    /// It may borrow what lives longer than the `scope` call. Dropping the handle changes nothing.
    ///
    /// # Panics
    ///
    /// Panics if the system gives no thread.
    #[track_caller]
    pub fn spawn<F, T>(&self, future: F) -> ThreadHandle<'scope, T>
    where
        F: Future<Output: Outcome<E, Value = T>> + Send + 'scope,
        T: Send + 'scope,
    {
        let (driver, shared) = (self.driver.clone(), self.shared.clone());
        let scope = CancelScope::on(driver.clone());
        let (cancel, slot) = (scope.handle(), Slot::<T>::default());
        let entry = Entry { key: shared.members.enter(cancel.clone()), shared };
        let there = slot.clone();
        let run = move || run(&driver, &entry.shared, scope.run(future), there);
        match Builder::new().spawn_scoped(self.threads, run) {
            Ok(thread) => ThreadHandle { thread, cancel, slot },
            Err(error) => panic!("the system gave no thread for a child: {error}"),
        }
    }
}

/// The place of a child in the list of those that run.
struct Entry<E> {
    key: usize,
    shared: Arc<Shared<E>>,
}

impl<E> Drop for Entry<E> {
    fn drop(&mut self) {
        self.shared.members.leave(self.key);
    }
}

/// The life of a child, on its thread.
fn run<D, F, T, E>(driver: &D, shared: &Shared<E>, future: RunScope<D, F>, slot: Slot<T>)
where
    D: Driver + Toplevel,
    F: Future<Output: Outcome<E, Value = T>>,
{
    let ended = catch_unwind(AssertUnwindSafe(|| match driver.run(future) {
        Ok(outcome) => outcome.into_result().map_err(Some),
        Err(cancelled) => {
            put(&slot, Err(TaskError::Cancelled(cancelled)));
            Err(None)
        }
    }));
    match ended {
        Ok(Ok(value)) => put(&slot, Ok(value)),
        Ok(Err(None)) => {}
        Ok(Err(Some(failure))) => {
            // The failure is in the list before anybody can learn that the child has ended.
            shared.fail(failure);
            put(&slot, Err(TaskError::Failed));
        }
        Err(payload) => {
            let panic = Panic::new(payload);
            put(&slot, Err(TaskError::Panicked(panic.clone())));
            shared.panic(panic);
        }
    }
    // If there is no handle any more, this drops the value.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(slot))) {
        shared.panic(Panic::new(payload));
    }
}

fn put<T>(slot: &Slot<T>, result: Result<T, TaskError>) {
    *lock(slot) = Some(result);
}

/// A child of a [`ThreadGroup`]: join it for its value, or drop it.
///
/// Dropping it changes nothing: the group joins the child.
pub struct ThreadHandle<'scope, T> {
    thread: ScopedJoinHandle<'scope, ()>,
    cancel: CancelHandle,
    slot: Slot<T>,
}

impl<T> ThreadHandle<'_, T> {
    /// Blocks until the child has ended, and gives its value.
    ///
    /// # Panics
    ///
    /// Panics on a thread that is polling anyrt code, such as that of another child, which it would
    /// block (law B8).
    ///
    /// # Errors
    ///
    /// [`TaskError`] if the child was cancelled, failed or panicked; the group tells of the latter two.
    #[track_caller]
    pub fn join(self) -> Result<T, TaskError> {
        refuse_in_a_poll("scope's join");
        if let Err(payload) = self.thread.join() {
            // Never, as long as the thread catches all panics.
            drop_quietly(payload);
        }
        let result = lock(&self.slot).take();
        result.unwrap_or_else(|| {
            Err(TaskError::Cancelled(crate::error::Cancelled::new(Reason::Shutdown)))
        })
    }

    /// Cancels this child alone, which is no failure of the group.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Tells whether the child has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

impl<T> Debug for ThreadHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadHandle")
            .field("is_finished", &self.is_finished())
            .field("cancel_called", &self.cancel.cancel_called())
            .finish()
    }
}
