//! Detectors, each of which finds the backend wrongly.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Instant;

use anyrt::{AnyBackend, AnySleep};
use anyrt_conformance::Detect;
use anyrt_core::error::NoRuntime;
use anyrt_core::{Ambient, Driver, Sleep, Toplevel, with_backend};
use tokio::runtime::Handle;

/// What a saboteur does wrong; by default nothing.
pub(crate) trait Fault: Clone + Debug + Send + Sync + Unpin + 'static {
    /// Finds the backend; `inside` is the one of the frame.
    fn find(inside: Option<AnyBackend>) -> Result<AnyBackend, NoRuntime> {
        inside.map_or_else(AnyBackend::current, Ok)
    }

    fn available() -> Vec<AnyBackend> {
        AnyBackend::available()
    }

    /// What becomes of the panic of a timer.
    fn timer_panicked(panic: Box<dyn std::any::Any + Send>) -> Poll<()> {
        std::panic::resume_unwind(panic)
    }
}

/// Nothing: the wrapper alone must keep all laws.
#[derive(Clone, Debug)]
pub(crate) struct Harmless;

impl Fault for Harmless {}

/// Whether anyrt itself is at work here.
fn is_inside(inside: Option<&AnyBackend>) -> bool {
    inside.is_some() || with_backend(|_| ()).is_some()
}

fn named(name: &str) -> Result<AnyBackend, NoRuntime> {
    name.parse().map_err(|_| NoRuntime::new("all are enabled"))
}

/// Knows tokio in its tasks, and nowhere else: not in a main task, nor where it is entered.
#[derive(Clone, Debug)]
pub(crate) struct KnowsTasksOnly;

impl Fault for KnowsTasksOnly {
    fn find(inside: Option<AnyBackend>) -> Result<AnyBackend, NoRuntime> {
        if !is_inside(inside.as_ref()) && tokio::task::try_id().is_none() {
            return if async_std::task::try_current().is_some() {
                named("async-std")
            } else {
                named("smol")
            };
        }
        Harmless::find(inside)
    }
}

/// Does not list what is enabled last.
#[derive(Clone, Debug)]
pub(crate) struct ForgetsABackend;

impl Fault for ForgetsABackend {
    fn available() -> Vec<AnyBackend> {
        AnyBackend::available().into_iter().take(2).collect()
    }
}

/// Starts a runtime where there is none, instead of the fallback.
#[derive(Clone, Debug)]
pub(crate) struct TakesAnyRuntime;

impl Fault for TakesAnyRuntime {
    fn find(inside: Option<AnyBackend>) -> Result<AnyBackend, NoRuntime> {
        let is_in_none = Handle::try_current().is_err() && async_std::task::try_current().is_none();
        if !is_inside(inside.as_ref()) && is_in_none {
            return named("tokio");
        }
        Harmless::find(inside)
    }
}

/// Asks the runtimes before anyrt itself.
#[derive(Clone, Debug)]
pub(crate) struct AmbientFirst;

impl Fault for AmbientFirst {
    fn find(inside: Option<AnyBackend>) -> Result<AnyBackend, NoRuntime> {
        if Handle::try_current().is_ok() { named("tokio") } else { Harmless::find(inside) }
    }
}

/// Remembers its first answer for the rest of the process.
#[derive(Clone, Debug)]
pub(crate) struct FirstAnswerForEver;

impl Fault for FirstAnswerForEver {
    fn find(inside: Option<AnyBackend>) -> Result<AnyBackend, NoRuntime> {
        static FIRST: OnceLock<Result<AnyBackend, NoRuntime>> = OnceLock::new();
        FIRST.get_or_init(|| Harmless::find(inside)).clone()
    }
}

/// Gives a panic that says nothing of a remedy.
#[derive(Clone, Debug)]
pub(crate) struct SaysOnlyTheCause;

impl Fault for SaysOnlyTheCause {
    fn timer_panicked(_: Box<dyn std::any::Any + Send>) -> Poll<()> {
        panic!("the timer is gone")
    }
}

/// Waits for ever where a timer is gone.
#[derive(Clone, Debug)]
pub(crate) struct HangsOnTheDead;

impl Fault for HangsOnTheDead {
    fn timer_panicked(_: Box<dyn std::any::Any + Send>) -> Poll<()> {
        Poll::Pending
    }
}

/// The facade's backend with a fault in how it is found.
#[derive(Clone, Debug)]
pub(crate) struct Sabotaged<F>(AnyBackend, PhantomData<F>);

impl<F> Sabotaged<F> {
    fn new(backend: AnyBackend) -> Self {
        Self(backend, PhantomData)
    }
}

impl<F: Fault> Detect for Sabotaged<F> {
    fn available() -> Vec<Self> {
        F::available().into_iter().map(Self::new).collect()
    }

    fn named(name: &str) -> Result<Self, String> {
        AnyBackend::named(name).map(Self::new)
    }

    fn of_tokio(handle: Handle) -> Self {
        Self::new(AnyBackend::of_tokio(handle))
    }
}

impl<F: Fault> Ambient for Sabotaged<F> {
    fn with_current<R>(f: impl FnOnce(&Self) -> R) -> Result<R, NoRuntime> {
        let inside = with_backend(|erased| erased.downcast_ref::<Self>().cloned()).flatten();
        F::find(inside.map(|found| found.0)).map(|found| f(&Self::new(found)))
    }
}

impl<F: Fault> Toplevel for Sabotaged<F> {
    fn block_on<Fut: Future>(&self, future: Fut) -> Fut::Output {
        self.0.block_on(future)
    }
}

impl<F: Fault> Driver for Sabotaged<F> {
    type Sleep = SabotagedSleep<F>;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn spawn<Fut: Future<Output = ()> + Send + 'static>(&self, future: Fut) {
        Driver::spawn(&self.0, future);
    }

    fn spawn_blocking<G: FnOnce() + Send + 'static>(&self, f: G) {
        Driver::spawn_blocking(&self.0, f);
    }

    fn now(&self) -> Instant {
        Driver::now(&self.0)
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        SabotagedSleep(Box::pin(Driver::sleep_until(&self.0, deadline)), PhantomData)
    }
}

/// A timer whose panics go through the saboteur.
pub(crate) struct SabotagedSleep<F>(Pin<Box<AnySleep>>, PhantomData<F>);

impl<F> Debug for SabotagedSleep<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SabotagedSleep").field(&self.0).finish()
    }
}

impl<F: Fault> Future for SabotagedSleep<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.0.as_mut();
        catch_unwind(AssertUnwindSafe(|| timer.poll(cx))).unwrap_or_else(F::timer_panicked)
    }
}

impl<F: Fault> Sleep for SabotagedSleep<F> {
    fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.0.as_mut().reset(deadline);
    }
}
