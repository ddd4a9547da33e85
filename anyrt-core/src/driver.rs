//! What a backend author writes: `Driver`, and `Toplevel` to start a program.

use std::any::Any;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use crate::backend::{Backend, Sleep};
use crate::blocking;
use crate::frame;
use crate::sync::CapacityLimiter;

/// The raw abilities of a runtime.
///
/// The engine makes a [`Backend`] of them.
///
/// Nothing here has to be fair, cancellable or structured: all semantics are the engine's. Clones
/// must be cheap and mean the same runtime.
///
/// Every method must work from any thread, also from one that the runtime does not know (law B9).
pub trait Driver: Clone + Send + Sync + 'static {
    /// The runtime's own timer.
    type Sleep: Sleep;

    /// Names the runtime, for example `"tokio"`.
    fn name(&self) -> &'static str;

    /// Starts a task that nobody joins.
    ///
    /// It must not run on the caller's stack.
    ///
    /// # Panics
    ///
    /// May panic if the runtime cannot take tasks; the message should name the remedy.
    #[track_caller]
    fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static;

    /// Runs a closure on a thread that may block.
    fn spawn_blocking<F>(&self, f: F)
    where
        F: FnOnce() + Send + 'static;

    /// Gives the limiter of the blocking calls that name no other one.
    ///
    /// Unless a driver brings its own, it is one for the whole process, with
    /// [`DEFAULT_LIMIT`](crate::blocking::DEFAULT_LIMIT) tokens.
    fn blocking_limiter(&self) -> Arc<CapacityLimiter> {
        blocking::shared_limiter()
    }

    /// Reads the runtime's clock.
    fn now(&self) -> Instant;

    /// Makes a timer that ends at `deadline`, never earlier.
    ///
    /// Its first poll sets it: the engine may poll it once, and then rely on being woken. A runtime that
    /// refuses polls to a task which has had its share must not do so here.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;
}

/// How a program starts.
///
/// It is apart from [`Driver`], since a library must not block.
pub trait Toplevel {
    /// Polls `future` to its end on this thread.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// Runs `future` as the root of a program.
    ///
    /// It returns after all tasks that the program started (law G8).
    ///
    /// # Panics
    ///
    /// Panics if this thread is polling an anyrt future already, where it would block the runtime
    /// for ever (law B8); and resumes the panic of `future` or of a task that it adopted.
    #[track_caller]
    fn run<F>(&self, future: F) -> F::Output
    where
        F: Future,
        Self: Backend,
    {
        frame::refuse_nested_run();
        self.block_on(self.root(future))
    }
}

/// A driver that can be found from where the code runs.
///
/// Only the facade has one.
pub trait Ambient: Driver {
    /// Calls `f` with the backend that the calling code runs on.
    ///
    /// # Errors
    ///
    /// [`NoRuntime`](crate::error::NoRuntime) if there is none.
    fn with_current<R>(f: impl FnOnce(&Self) -> R) -> Result<R, crate::error::NoRuntime>;
}

/// The object-safe twin of [`Driver`].
///
/// It is how the engine holds a backend that it does not know.
///
/// Every driver has it; nobody implements it by hand. The names differ from `Driver`'s, so that a
/// method call never means two things.
pub trait ErasedDriver: Any + Send + Sync {
    /// See [`Driver::name`].
    fn erased_name(&self) -> &'static str;
    /// See [`Driver::spawn`].
    #[track_caller]
    fn erased_spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>);
    /// See [`Driver::spawn_blocking`].
    fn erased_spawn_blocking(&self, f: Box<dyn FnOnce() + Send>);
    /// See [`Driver::blocking_limiter`].
    fn erased_blocking_limiter(&self) -> Arc<CapacityLimiter>;
    /// See [`Driver::now`].
    fn erased_now(&self) -> Instant;
    /// See [`Driver::sleep_until`].
    fn erased_sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>>;
    /// Gives the driver itself.
    ///
    /// Whoever knows its type can downcast it.
    fn as_any(&self) -> &dyn Any;
}

impl<D: Driver> ErasedDriver for D {
    fn erased_name(&self) -> &'static str {
        self.name()
    }

    fn erased_spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.spawn(future);
    }

    fn erased_spawn_blocking(&self, f: Box<dyn FnOnce() + Send>) {
        self.spawn_blocking(f);
    }

    fn erased_blocking_limiter(&self) -> Arc<CapacityLimiter> {
        self.blocking_limiter()
    }

    fn erased_now(&self) -> Instant {
        self.now()
    }

    fn erased_sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(self.sleep_until(deadline))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A backend whose type is known only at run time, as a [`Driver`] again.
///
/// Each task and each timer costs one box more than through the driver itself.
#[derive(Clone)]
pub struct ErasedBackend(Arc<dyn ErasedDriver>);

impl ErasedBackend {
    /// Erases the type of a driver.
    pub fn new<D: Driver>(driver: D) -> Self {
        match (&driver as &dyn Any).downcast_ref::<ErasedBackend>() {
            Some(erased) => erased.clone(),
            None => Self(Arc::new(driver)),
        }
    }

    /// Gives the driver inside, or this one itself, if it is a `D`.
    pub fn downcast_ref<D: Driver>(&self) -> Option<&D> {
        (self as &dyn Any).downcast_ref().or_else(|| self.0.as_any().downcast_ref())
    }
}

impl Debug for ErasedBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ErasedBackend").field(&self.0.erased_name()).finish()
    }
}

impl Driver for ErasedBackend {
    type Sleep = Pin<Box<dyn Sleep>>;

    fn name(&self) -> &'static str {
        self.0.erased_name()
    }

    fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.0.erased_spawn(Box::pin(future));
    }

    fn spawn_blocking<F>(&self, f: F)
    where
        F: FnOnce() + Send + 'static,
    {
        self.0.erased_spawn_blocking(Box::new(f));
    }

    fn blocking_limiter(&self) -> Arc<CapacityLimiter> {
        self.0.erased_blocking_limiter()
    }

    fn now(&self) -> Instant {
        self.0.erased_now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        self.0.erased_sleep_until(deadline)
    }
}

impl Sleep for Pin<Box<dyn Sleep>> {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.as_mut().get_mut().as_mut().reset(deadline);
    }
}
