//! Threads that belong together, for synchronous callers: futures that borrow, in parallel.
//!
//! It is `std::thread::scope` with the laws of a task group. Each child is a future on a thread of its
//! own, where it is the root of a program, in a cancel scope. The threads are joined before the
//! borrows end, which is what a future that can be dropped cannot promise.
//!
//! # Invariants
//!
//! - Whether the group is cancelled, and whose scopes are to be, is under one lock: a child that starts
//!   beside a cancellation is either listed before it, and cancelled by it, or told at its start.
//! - A group that is opened in a blocking call has a waker at the call's node, which is woken when the
//!   call is cancelled, and at once if it is already.
//! - Scopes are cancelled, and all that is foreign is dropped, after unlocking.
//! - A child's thread never panics: its future, and a value that nobody wants, are dropped inside
//!   `catch_unwind`, before the thread ends.

mod child;
mod members;

use std::fmt::{self, Debug};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crate::driver::{Driver, Toplevel};
use crate::error::{Failures, GroupError, Panic, Reason};
use crate::frame;
use crate::lock::lock;
use crate::outcome::Outcome;
use crate::sys::Mutex;

pub use child::ThreadHandle;

use members::Members;

/// Children on threads of their own, as their closure sees them.
///
/// Made by [`scope`], which returns only after all of them have ended (law G1). Clones mean the same
/// group. Whoever has one can spawn, as long as the closure or a child runs.
#[doc(alias = "Scope")]
pub struct ThreadGroup<'scope, 'env, D, E> {
    threads: &'scope thread::Scope<'scope, 'env>,
    driver: D,
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    members: Arc<Members>,
    ended: Mutex<Ended<E>>,
}

/// What became of the children and the closure, apart from values.
struct Ended<E> {
    failures: Vec<E>,
    panic: Option<Panic>,
}

/// Runs `body` with threads, and returns when all of them have ended.
///
/// The facade shows it as `blocking::scope`, and says more.
///
/// # Panics
///
/// Panics on a thread that is polling anyrt code (law B8). Resumes the first panic of the closure or of
/// a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if the closure or a child failed.
#[track_caller]
pub fn scope<'env, D, E, O, F>(driver: &D, body: F) -> Result<O::Value, GroupError<E>>
where
    D: Driver + Toplevel,
    E: Send,
    O: Outcome<E>,
    F: for<'scope> FnOnce(ThreadGroup<'scope, 'env, D, E>) -> O,
{
    refuse_in_a_poll("scope");
    let ended = Mutex::new(Ended { failures: Vec::new(), panic: None });
    let shared = Arc::new(Shared { members: Arc::default(), ended });
    let following = shared.members.follow_call();
    let value = thread::scope(|threads| {
        let group = ThreadGroup { threads, driver: driver.clone(), shared: shared.clone() };
        let run = || body(group).into_result();
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(value)) => Some(value),
            Ok(Err(failure)) => {
                shared.fail(failure);
                None
            }
            Err(payload) => {
                shared.panic(Panic::new(payload));
                None
            }
        }
    });
    drop(following);
    let mut ended = lock(&shared.ended);
    let (panic, failures) = (ended.panic.take(), std::mem::take(&mut ended.failures));
    drop(ended);
    if let Some(panic) = panic {
        panic.resume();
    }
    match (Failures::new(failures), value) {
        (Some(failures), _) => Err(GroupError::Failed(failures)),
        (None, Some(value)) => Ok(value),
        (None, None) => unreachable!("a closure without a value has failed or panicked"),
    }
}

/// Panics where blocking this thread would block tasks for ever (law B8).
#[track_caller]
fn refuse_in_a_poll(what: &str) {
    assert!(
        !frame::is_polling(),
        "blocking::{what} was called on a thread that is polling an anyrt task, which it would \
         block: use a task group, or call it inside blocking::run"
    );
}

impl<E> Shared<E> {
    fn fail(&self, failure: E) {
        lock(&self.ended).failures.push(failure);
        self.members.cancel(Reason::Failure);
    }

    /// Keeps the first panic.
    fn panic(&self, panic: Panic) {
        let mut ended = lock(&self.ended);
        let late = if ended.panic.is_none() { ended.panic.replace(panic) } else { Some(panic) };
        drop(ended);
        drop(late);
        self.members.cancel(Reason::Failure);
    }
}

impl<D, E> ThreadGroup<'_, '_, D, E> {
    /// Cancels all children, those to come among them.
    ///
    /// It is no failure: the closure goes on, and its value is given.
    pub fn cancel(&self) {
        self.shared.members.cancel(Reason::Requested);
    }

    /// Cancels all children, and says why; the first reason stays.
    pub fn cancel_with(&self, reason: impl Into<Reason>) {
        self.shared.members.cancel(reason.into());
    }
}

impl<D: Clone, E> Clone for ThreadGroup<'_, '_, D, E> {
    fn clone(&self) -> Self {
        Self { threads: self.threads, driver: self.driver.clone(), shared: self.shared.clone() }
    }
}

impl<D, E> Debug for ThreadGroup<'_, '_, D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = &self.shared.members;
        f.debug_struct("ThreadGroup")
            .field("running_children", &members.running())
            .field("failures", &lock(&self.shared.ended).failures.len())
            .field("cancel_called", &members.is_cancelled())
            .finish()
    }
}
