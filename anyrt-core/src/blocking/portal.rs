//! A portal: calls from threads into a program that runs.
//!
//! # Invariants
//!
//! - A call through a portal is a child of the portal's group, and the thread that makes it waits until
//!   that child has ended, however it ends: no call outlives its caller's wait.
//! - What the future of a call panics with is caught in the child and resumed on the thread.
//! - Where a program is started, its group is open until the closure has returned: a failure of the
//!   closure still finds it, or is added when it has closed early.

use std::any::Any;
use std::fmt::{self, Debug};
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

use super::Following;
use crate::channel::{OneshotReceiver, oneshot};
use crate::driver::{Driver, Toplevel};
use crate::error::{Cancelled, Failures, GROUP_CLOSED, GroupClosed, GroupError, Reason, TaskError};
use crate::frame;
use crate::group::{RunGroup, TaskGroup};
use crate::outcome::Outcome;

/// A way into a running program for threads.
///
/// They call async code through it, and wait for that. It is a [`TaskGroup`], as threads see it: what they call runs as its child, in its scopes (law G7).
/// A clone means the same group. A group gives one with [`TaskGroup::portal`], and [`portal`] starts a
/// program for one (law T4).
#[doc(alias = "BlockingPortal")]
pub struct Portal<D, E> {
    group: TaskGroup<D, E>,
    driver: D,
}

/// A call through a portal came to nothing (law T4).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum PortalError<F> {
    /// The portal's group has ended; the future is given back.
    #[error("{}", GROUP_CLOSED)]
    Closed(F),
    /// The group was cancelled, or the blocking call that the thread runs.
    #[error("the call was {0}")]
    Cancelled(Cancelled),
}

impl<F> Debug for PortalError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(_) => f.write_str("Closed(..)"),
            Self::Cancelled(cancelled) => f.debug_tuple("Cancelled").field(cancelled).finish(),
        }
    }
}

impl<D: Driver, E: Send + 'static> TaskGroup<D, E> {
    /// Gives the group as threads see it, which call async code through it.
    pub fn portal(&self) -> Portal<D, E> {
        let backend = self.node().as_group().backend();
        let Some(driver) = backend.downcast_ref::<D>() else {
            unreachable!("a group runs on the driver that its type names")
        };
        Portal { group: self.clone(), driver: driver.clone() }
    }
}

impl<D: Driver, E: Send + 'static> Portal<D, E> {
    /// Gives the group, to spawn children that nobody waits for here.
    pub fn group(&self) -> &TaskGroup<D, E> {
        &self.group
    }

    /// Runs a future as a child of the group, and blocks until its end.
    ///
    /// Whatever it gives is given, also a `Result`: a failure is the caller's, and does not cancel the
    /// group. If the thread runs the closure of a blocking call, what cancels that cancels the future,
    /// too.
    ///
    /// # Panics
    ///
    /// Panics on a thread that is polling anyrt code, which it would block (laws B8, T4). Resumes the
    /// panic of the future.
    ///
    /// # Errors
    ///
    /// [`PortalError::Closed`] with the future, if the group has ended; [`PortalError::Cancelled`] if
    /// it was cancelled before the future ended.
    #[track_caller]
    pub fn call<F>(&self, future: F) -> Result<F::Output, PortalError<F>>
    where
        D: Toplevel,
        F: Future<Output: Send> + Send + 'static,
    {
        refuse_in_a_poll("Portal::call");
        let child = Caught { future, failure: PhantomData };
        let handle = match self.group.try_spawn(child) {
            Ok(handle) => handle,
            Err(GroupClosed(child)) => return Err(PortalError::Closed(child.future)),
        };
        let node = handle.node().clone();
        let following = Following::begin(move |reason| node.cancel(reason));
        let ended = self.driver.block_on(handle.into_future());
        drop(following);
        match ended {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(payload)) => resume_unwind(payload),
            Err(TaskError::Cancelled(cancelled)) => Err(PortalError::Cancelled(cancelled)),
            // The future's destructor.
            Err(TaskError::Panicked(panic)) => panic.resume(),
            Err(TaskError::Failed) => unreachable!("the child of a call has no failures"),
        }
    }
}

impl<D: Clone, E> Clone for Portal<D, E> {
    fn clone(&self) -> Self {
        Self { group: self.group.clone(), driver: self.driver.clone() }
    }
}

impl<D: Driver, E: Send + 'static> Debug for Portal<D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Portal").field(&self.group).finish()
    }
}

#[track_caller]
fn refuse_in_a_poll(what: &str) {
    assert!(
        !frame::is_polling(),
        "{what} was called on a thread that is polling an anyrt task, which it would block: await \
         the future instead, or call it inside blocking::run"
    );
}

pin_project! {
    /// A future whose panic is a value.
    struct Caught<F, E> {
        #[pin]
        future: F,
        failure: PhantomData<fn() -> E>,
    }
}

impl<F: Future, E> Future for Caught<F, E> {
    type Output = Result<Result<F::Output, Box<dyn Any + Send>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(polled) => polled.map(|value| Ok(Ok(value))),
            Err(payload) => Poll::Ready(Ok(Err(payload))),
        }
    }
}

/// Starts a program for a synchronous caller, which calls into it.
///
/// The facade shows it as `blocking::portal`, and says more.
///
/// # Panics
///
/// Panics on a thread that is polling anyrt code (laws B8, T4), and if the system gives no thread.
/// Resumes the first panic of the closure or of a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure, if the closure or a child failed.
#[track_caller]
pub fn portal<D, E, O, F>(driver: &D, body: F) -> Result<O::Value, GroupError<E>>
where
    D: Driver + Toplevel,
    E: Send + 'static,
    O: Outcome<E>,
    F: FnOnce(Portal<D, E>) -> O,
{
    refuse_in_a_poll("blocking::portal");
    let (give, take) = mpsc::sync_channel(1);
    let (end, is_over) = oneshot::<()>();
    let host = host(driver.clone(), give, is_over);
    thread::scope(|threads| {
        let program = threads.spawn(move || driver.run(host));
        let Ok(group) = take.recv() else {
            match program.join() {
                Err(payload) => resume_unwind(payload),
                Ok(_) => unreachable!("a program gives its group before it ends"),
            }
        };
        let portal: Portal<D, E> = TaskGroup::portal(&group);
        let ended = catch_unwind(AssertUnwindSafe(|| body(portal).into_result()));
        let mut late = None;
        let value = match ended {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => {
                let failing: Ready<Result<(), E>> = ready(Err(failure));
                late =
                    group.try_spawn(failing).err().and_then(|closed| closed.0.into_inner().err());
                Err(None)
            }
            Err(payload) => {
                group.cancel_with(Reason::Failure);
                Err(Some(payload))
            }
        };
        drop(end);
        let ended = program.join().unwrap_or_else(|payload| resume_unwind(payload));
        let mut failures = match ended {
            Ok(()) | Err(GroupError::Cancelled(_)) => Vec::new(),
            Err(GroupError::Failed(failures)) => failures.into_vec(),
        };
        failures.extend(late);
        match (value, Failures::new(failures)) {
            (Err(Some(payload)), _) => resume_unwind(payload),
            (_, Some(failures)) => Err(GroupError::Failed(failures)),
            (Ok(value), None) => Ok(value),
            (Err(None), None) => unreachable!("the failure of the closure is among the failures"),
        }
    })
}

/// The group of a portal, which is open until the closure has returned.
#[track_caller]
fn host<D: Driver, E: Send + 'static>(
    driver: D,
    give: mpsc::SyncSender<TaskGroup<D, E>>,
    is_over: OneshotReceiver<()>,
) -> impl Future<Output = Result<(), GroupError<E>>> + Send {
    RunGroup::on(driver, move |group: TaskGroup<D, E>| {
        // It waits for it: the channel has room.
        let _ = give.send(group);
        async move {
            // The closure ends it by going.
            let _ = is_over.await;
            Ok(())
        }
    })
}
