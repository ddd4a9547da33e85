//! The engine as a backend: every driver gets all semantics from here.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::backend::Backend;
use crate::blocking::RunBlocking;
use crate::driver::Driver;
use crate::error::{Cancelled, GroupError, TimedOut};
use crate::group::{Root, RunGroup, Supervise, Supervised, TaskGroup};
use crate::inline::{InlineGroup, RunInlineGroup};
use crate::outcome::Outcome;
use crate::scope::{CancelHandle, CancelScope, FailAfter, Finally, MoveOnAfter, MoveOnWhen};
use crate::sync::Semaphore;
use crate::time::Sleep;
use crate::{channel, leaf, task};

impl<D: Driver> Backend for D {
    type Sleep = Sleep<D>;
    type Semaphore = Arc<Semaphore>;
    type CancelScope = CancelScope<D>;
    type TaskGroup<E: Send + 'static> = TaskGroup<D, E>;
    type InlineGroup<'env, E: Send + 'static> = InlineGroup<'env, D, E>;
    type Sender<T: Send + 'static> = channel::Sender<T>;
    type Receiver<T: Send + 'static> = channel::Receiver<T>;

    fn name(&self) -> &'static str {
        Driver::name(self)
    }

    fn now(&self) -> Instant {
        Driver::now(self)
    }

    fn sleep(&self, timeout: Duration) -> Sleep<D> {
        Sleep::after(self.clone(), timeout)
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep<D> {
        Sleep::until(self.clone(), deadline)
    }

    fn cancel_scope(&self) -> CancelScope<D> {
        CancelScope::on(self.clone())
    }

    fn semaphore(&self, permits: usize) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(permits))
    }

    fn bounded<T: Send + 'static>(
        &self,
        capacity: usize,
    ) -> (channel::Sender<T>, channel::Receiver<T>) {
        channel::bounded(capacity)
    }

    fn unbounded<T: Send + 'static>(&self) -> (channel::Sender<T>, channel::Receiver<T>) {
        channel::unbounded()
    }

    #[track_caller]
    fn task_group<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(TaskGroup<D, E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        RunGroup::on(self.clone(), body)
    }

    #[track_caller]
    fn supervise<E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<Supervised<O::Value, E>, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(TaskGroup<D, E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        Supervise::on(self.clone(), body)
    }

    #[track_caller]
    fn inline_group<'env, E, O, Body, Fut>(
        &self,
        body: Body,
    ) -> impl Future<Output = Result<O::Value, GroupError<E>>> + Send
    where
        E: Send + 'static,
        O: Outcome<E, Value: Send> + Send,
        Body: FnOnce(InlineGroup<'env, D, E>) -> Fut + Send,
        Fut: Future<Output = O> + Send,
    {
        RunInlineGroup::on(self.clone(), body)
    }

    fn run_blocking<F, T>(&self, f: F) -> impl Future<Output = T> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        RunBlocking::on(self.clone(), f)
    }

    fn finally<F, C>(&self, work: F, cleanup: C) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
        C: Future<Output = ()> + Send,
    {
        Finally::on(self.clone(), work, cleanup)
    }

    fn move_on_when<C, F>(
        &self,
        condition: C,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        C: Future + Send,
        F: Future<Output: Send> + Send,
    {
        MoveOnWhen::on(self.clone(), condition, future)
    }

    fn checkpoint(&self) -> impl Future<Output = ()> + Send {
        leaf::checkpoint()
    }

    fn is_cancelled(&self) -> bool {
        task::is_cancelled()
    }

    fn current_effective_deadline(&self) -> Option<Instant> {
        task::effective_deadline(Driver::now(self))
    }

    fn move_on_after<F>(
        &self,
        timeout: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        MoveOnAfter::after_on(self.clone(), timeout, future)
    }

    fn move_on_at<F>(
        &self,
        deadline: Instant,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        MoveOnAfter::at_on(self.clone(), deadline, future)
    }

    #[track_caller]
    fn fail_after<F>(
        &self,
        timeout: Duration,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        FailAfter::after_on(self.clone(), timeout, future)
    }

    #[track_caller]
    fn fail_at<F>(
        &self,
        deadline: Instant,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        FailAfter::at_on(self.clone(), deadline, future)
    }

    #[track_caller]
    fn root<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        Root::on(self.clone(), future)
    }
}

impl<D: Driver> crate::backend::CancelScope for CancelScope<D> {
    type Handle = CancelHandle;

    fn with_timeout(self, timeout: Duration) -> Self {
        self.with_timeout(timeout)
    }

    fn with_deadline(self, deadline: Instant) -> Self {
        self.with_deadline(deadline)
    }

    fn shielded(self) -> Self {
        self.shielded()
    }

    fn handle(&self) -> CancelHandle {
        self.handle()
    }

    fn run<F>(self, future: F) -> impl Future<Output = Result<F::Output, Cancelled>> + Send
    where
        F: Future<Output: Send> + Send,
    {
        self.run(future)
    }
}
