//! Backends whose tasks can be dropped on demand, as a runtime does that is shut down.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyrt_core::{Backend, Driver, Toplevel};

use crate::laws::tools::{Event, lock};
use crate::support::{Either, race};

/// When a runtime drops a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At once, on the stack of the caller: it is shut down already.
    InSpawn,
    /// Before the task ever ran.
    FirstPoll,
    /// While the task waits.
    Later,
}

/// A backend that can be told to drop a task.
///
/// What the engine makes of an [`Aborting`] driver is one. A type that implements
/// [`Backend`] itself may be one, too, and has law B11 checked by
/// [`abort_law_of`](crate::abort_law_of).
pub trait Abort: Backend + Toplevel {
    /// Has the next task that is spawned dropped at that moment.
    ///
    /// The task is dropped without another poll. [`Moment::Later`] is when what this gives is
    /// called; at the other two moments it does nothing.
    fn abort_next(&self, moment: Moment) -> Box<dyn FnOnce() + Send>;
}

/// A runtime that drops a chosen task, and is `D` in all else.
#[derive(Clone, Debug)]
pub struct Aborting<D> {
    driver: D,
    next: Arc<Mutex<Option<(Moment, Event)>>>,
    /// What becomes of a task that is chosen.
    gone: fn(Task),
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<D> Aborting<D> {
    /// Takes a driver, whose tasks are dropped on demand.
    pub fn new(driver: D) -> Self {
        Self { driver, next: Arc::default(), gone: drop }
    }

    /// A runtime that loses tasks, so that nobody hears of their end.
    #[cfg(test)]
    pub(crate) fn losing(driver: D) -> Self {
        Self { gone: std::mem::forget, ..Self::new(driver) }
    }
}

impl<D: Driver + Toplevel> Abort for Aborting<D> {
    fn abort_next(&self, moment: Moment) -> Box<dyn FnOnce() + Send> {
        let event = Event::new();
        *lock(&self.next) = Some((moment, event.clone()));
        Box::new(move || event.set())
    }
}

impl<D: Driver> Driver for Aborting<D> {
    type Sleep = D::Sleep;

    fn name(&self) -> &'static str {
        self.driver.name()
    }

    fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (chosen, gone) = (lock(&self.next).take(), self.gone);
        match chosen {
            None => self.driver.spawn(future),
            Some((Moment::InSpawn, _)) => gone(Box::pin(future)),
            Some((Moment::FirstPoll, _)) => {
                self.driver.spawn(async move { gone(Box::pin(future)) });
            }
            Some((Moment::Later, event)) => self.driver.spawn(async move {
                let mut task: Task = Box::pin(future);
                if race(task.as_mut(), event.wait()).await == Either::Right(()) {
                    gone(task);
                }
            }),
        }
    }

    fn spawn_blocking<F>(&self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        self.driver.spawn_blocking(f);
    }

    fn now(&self) -> Instant {
        self.driver.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.driver.sleep_until(deadline)
    }
}

impl<D: Toplevel> Toplevel for Aborting<D> {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.driver.block_on(future)
    }
}
