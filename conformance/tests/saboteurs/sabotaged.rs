//! A backend that is a good one in all but one thing.

mod abort;
mod channel;
mod child;
mod fault;
mod group;
mod handle;
mod inline;
mod limited;
mod nesting;
mod scope;
mod semaphore;
mod sleep;
mod start;
mod supervise;
mod tools;

use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::mem;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyrt_core::error::{Cancelled, GroupError, Panic, TimedOut};
use anyrt_core::group::Supervised;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Outcome, Toplevel};

pub(crate) use self::fault::Fault;
use self::tools::lock;

/// The backend `B` with one fault.
#[derive(Clone)]
pub(crate) struct Sabotaged<B: Backend> {
    good: B,
    fault: Fault,
    shared: Arc<Shared<B>>,
}

/// What the clones of a sabotaged backend share.
struct Shared<B: Backend> {
    /// Where children go that their own group does not wait for.
    detached: Mutex<Option<B::TaskGroup<Infallible>>>,
    /// Whether a cancellation has struck once, or was forgiven.
    used_up: AtomicBool,
    /// How many shields are up.
    shields: AtomicUsize,
    /// How many futures of groups there are.
    groups: AtomicUsize,
    /// The group that was opened last, where each asks those above.
    innermost: Mutex<Option<Arc<nesting::Link>>>,
    /// What ends the next child that its runtime should drop.
    aborts: Mutex<Option<handle::Joined>>,
}

impl<B: Backend> Sabotaged<B> {
    pub(crate) fn new(good: B, fault: Fault) -> Self {
        let shared = Shared {
            detached: Mutex::new(None),
            used_up: AtomicBool::new(false),
            shields: AtomicUsize::new(0),
            groups: AtomicUsize::new(0),
            innermost: Mutex::default(),
            aborts: Mutex::default(),
        };
        Self { good, fault, shared: Arc::new(shared) }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The same backend with another fault, for a part that is made of broken parts.
    fn with(&self, fault: Fault) -> Self {
        Self { fault, ..self.clone() }
    }

    fn by_the_clock<T>(
        &self,
        end: Option<Instant>,
        result: Result<T, Cancelled>,
    ) -> Result<T, TimedOut> {
        if self.has(Fault::LateIsTimedOut) && end.is_some_and(|end| self.good.now() >= end) {
            return Err(TimedOut::new());
        }
        result.map_err(|_| TimedOut::new())
    }
}

impl<B: Backend + Toplevel> Toplevel for Sabotaged<B> {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.good.block_on(future)
    }

    #[track_caller]
    fn run<F: Future>(&self, future: F) -> F::Output {
        let is_inside = anyrt_core::with_backend(|_| ()).is_some();
        if is_inside && self.has(Fault::NestedRunGoesAhead) {
            return tools::block_on(future);
        }
        if is_inside && self.has(Fault::NestedRunRefused) {
            panic!("run was called inside run: await the future instead");
        }
        // Refuses where it must; only the root here has the faults of a root.
        self.good.run(async {});
        self.block_on(self.root(future))
    }
}

impl<B: Backend> Backend for Sabotaged<B> {
    type Sleep = sleep::Sleep<B>;
    type Semaphore = semaphore::Semaphore<B>;
    type CancelScope = scope::Scope<B>;
    type TaskGroup<E: Send + 'static> = group::Group<B, E>;
    type InlineGroup<'env, E: Send + 'static> = inline::Group<'env, B, E>;
    type Sender<T: Send + 'static> = channel::Sender<B::Sender<T>>;
    type Receiver<T: Send + 'static> = channel::Receiver<B::Receiver<T>>;

    fn name(&self) -> &'static str {
        "a saboteur"
    }

    fn now(&self) -> Instant {
        self.good.now()
    }

    fn sleep(&self, timeout: Duration) -> Self::Sleep {
        sleep::Sleep::after(self, timeout)
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        sleep::Sleep::until(self, deadline)
    }

    fn cancel_scope(&self) -> Self::CancelScope {
        scope::Scope::new(self)
    }

    fn semaphore(&self, permits: usize) -> Self::Semaphore {
        semaphore::Semaphore::new(self, permits)
    }

    fn bounded<T: Send + 'static>(&self, capacity: usize) -> (Self::Sender<T>, Self::Receiver<T>) {
        let one = self.has(Fault::RendezvousBuffersOne) && capacity == 0;
        channel::wrap(self, self.good.bounded(if one { 1 } else { capacity }))
    }

    fn unbounded<T: Send + 'static>(&self) -> (Self::Sender<T>, Self::Receiver<T>) {
        channel::wrap(self, self.good.unbounded())
    }

    fn task_group<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        group::run(self.clone(), body)
    }

    fn supervise<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<Supervised<O::Value, E>, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::TaskGroup<E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        supervise::run(self.clone(), body)
    }

    fn inline_group<'env, E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(Self::InlineGroup<'env, E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        inline::run(self.clone(), body)
    }

    async fn run_blocking<F, T>(&self, f: F) -> T
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        match self.fault {
            Fault::BlocksTheTask => f(),
            Fault::BlockingPanicReplaced => match tools::catch(self.good.run_blocking(f)).await {
                Ok(value) => value,
                Err(_) => resume_unwind(Box::new("a blocking call panicked")),
            },
            _ => self.good.run_blocking(f).await,
        }
    }

    async fn finally<F, C>(&self, work: F, cleanup: C) -> F::Output
    where
        F: Future<Output: Send> + Send,
        C: Future<Output = ()> + Send,
    {
        if self.has(Fault::CleanupSkipped) {
            let value = work.await;
            cleanup.await;
            return value;
        }
        self.good.finally(work, cleanup).await
    }

    async fn catch_panic<F>(&self, future: F) -> Result<F::Output, Panic>
    where
        F: Future<Output: Send> + Send,
    {
        match self.fault {
            Fault::PanicNotCaught => Ok(future.await),
            Fault::CaughtTooSoon => {
                let mut future = Box::pin(future);
                let caught = tools::catch(future.as_mut()).await;
                mem::forget(future);
                caught.map_err(Panic::new)
            }
            _ => self.good.catch_panic(future).await,
        }
    }

    async fn move_on_when<C, F>(&self, condition: C, future: F) -> Option<F::Output>
    where
        C: Future + Send,
        F: Future<Output: Send> + Send,
    {
        match self.fault {
            Fault::ConditionDrops => scope::first_of(future, condition).await.ok(),
            Fault::ConditionFirst => scope::first_of(condition, future).await.err(),
            _ => self.good.move_on_when(condition, future).await,
        }
    }

    async fn checkpoint(&self) {
        match self.fault {
            Fault::NobodyYields => {}
            Fault::EdgeTriggered if self.good.is_cancelled() => {
                if self.shared.used_up.swap(true, Ordering::SeqCst) {
                    return;
                }
                self.good.checkpoint().await;
            }
            Fault::ShieldForgives if self.shared.used_up.load(Ordering::SeqCst) => {}
            _ => self.good.checkpoint().await,
        }
    }

    fn is_cancelled(&self) -> bool {
        self.good.is_cancelled()
    }

    fn current_effective_deadline(&self) -> Option<Instant> {
        if self.has(Fault::NoEffectiveDeadline) {
            return None;
        }
        self.good.current_effective_deadline()
    }

    async fn root<F: Future>(&self, future: F) -> F::Output {
        match self.fault {
            Fault::RunReturnsEarly => future.await,
            Fault::ChildrenDetached | Fault::BackgroundNotJoined => {
                let in_background = async {
                    let background = self.good.task_group(|group| {
                        *lock(&self.shared.detached) = Some(group);
                        pending::<()>()
                    });
                    tools::while_polling(pin!(background), pin!(future)).await
                };
                self.good.root(in_background).await
            }
            _ => self.good.root(future).await,
        }
    }

    async fn fail_after<F>(&self, timeout: Duration, future: F) -> Result<F::Output, TimedOut>
    where
        F: Future<Output: Send> + Send,
    {
        let end = self.now().checked_add(timeout);
        let result = self.cancel_scope().with_timeout(timeout).run(future).await;
        self.by_the_clock(end, result)
    }

    async fn fail_at<F>(&self, deadline: Instant, future: F) -> Result<F::Output, TimedOut>
    where
        F: Future<Output: Send> + Send,
    {
        let result = self.cancel_scope().with_deadline(deadline).run(future).await;
        self.by_the_clock(Some(deadline), result)
    }

    async fn shield<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        let _up = self.has(Fault::AbandonedShieldHolds).then(|| {
            self.shared.shields.fetch_add(1, Ordering::SeqCst);
            tools::on_drop(|| {
                self.shared.shields.fetch_sub(1, Ordering::SeqCst);
            })
        });
        let mut shielded = pin!(self.cancel_scope().shielded().run(future));
        let result = poll_fn(|cx| {
            let poll = shielded.as_mut().poll(cx);
            if poll.is_pending() && self.has(Fault::ShieldSpins) && self.good.is_cancelled() {
                cx.waker().wake_by_ref();
            }
            poll
        })
        .await;
        if self.has(Fault::ShieldForgives) && self.good.is_cancelled() {
            self.shared.used_up.store(true, Ordering::SeqCst);
        }
        match result {
            Ok(value) => value,
            Err(_) => pending().await,
        }
    }
}

impl<B: Backend> std::fmt::Debug for Sabotaged<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Sabotaged").field(&self.fault).finish()
    }
}
