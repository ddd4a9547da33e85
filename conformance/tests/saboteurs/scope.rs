//! Scopes that begin, absorb or end wrongly.

use std::fmt::{self, Debug};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, Instant};

use anyrt_core::error::{Cancelled, Reason};
use anyrt_core::{Backend, CancelHandle, CancelScope};

use super::tools::lock;
use super::{Fault, Sabotaged};

pub(crate) struct Scope<B: Backend> {
    good: B::CancelScope,
    backend: Sabotaged<B>,
    last_reason: Arc<Mutex<Option<Reason>>>,
}

/// Polls both, the first one first, and drops the other one when one is ready.
pub(super) async fn first_of<A: Future, B: Future>(
    first: A,
    second: B,
) -> Result<A::Output, B::Output> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|cx| {
        if let Poll::Ready(value) = first.as_mut().poll(cx) {
            return Poll::Ready(Ok(value));
        }
        second.as_mut().poll(cx).map(Err)
    })
    .await
}

impl<B: Backend> Scope<B> {
    pub(super) fn new(backend: &Sabotaged<B>) -> Self {
        let last_reason = Arc::default();
        Self { good: backend.good.cancel_scope(), backend: backend.clone(), last_reason }
    }

    fn map(self, map: impl FnOnce(B::CancelScope) -> B::CancelScope) -> Self {
        Self { good: map(self.good), ..self }
    }
}

impl<B: Backend> CancelScope for Scope<B> {
    type Handle = Handle<<B::CancelScope as CancelScope>::Handle>;

    fn with_timeout(self, timeout: Duration) -> Self {
        match self.backend.fault {
            Fault::DeadlineIgnored => self,
            Fault::TimeoutFromConstruction => match self.backend.now().checked_add(timeout) {
                Some(deadline) => self.with_deadline(deadline),
                None => self,
            },
            _ => self.map(|good| good.with_timeout(timeout)),
        }
    }

    fn with_deadline(self, deadline: Instant) -> Self {
        match self.backend.fault {
            Fault::DeadlineIgnored => self,
            _ => self.map(|good| good.with_deadline(deadline)),
        }
    }

    fn shielded(self) -> Self {
        match self.backend.fault {
            Fault::ShieldIgnored => self,
            _ => self.map(CancelScope::shielded),
        }
    }

    fn handle(&self) -> Self::Handle {
        Handle {
            good: self.good.handle(),
            fault: self.backend.fault,
            last_reason: self.last_reason.clone(),
        }
    }

    async fn run<F>(self, future: F) -> Result<F::Output, Cancelled>
    where
        F: Future<Output: Send> + Send,
    {
        let (handle, backend) = (self.good.handle(), self.backend);
        let cancelled = || Err(Cancelled::new(Reason::Requested));
        if backend.has(Fault::CancelledNeverBegins) && handle.cancel_called() {
            return cancelled();
        }
        let groups = || backend.shared.groups.load(Ordering::SeqCst);
        let groups_before = groups();
        let mut running = pin!(self.good.run(future));
        let result = poll_fn(|cx| match running.as_mut().poll(cx) {
            Poll::Pending if backend.has(Fault::InnermostAbsorbs) && handle.cancel_called() => {
                Poll::Ready(cancelled())
            }
            poll => poll,
        })
        .await;
        match (backend.fault, result) {
            (Fault::LateCancelLosesValue, Ok(_)) if handle.cancel_called() => cancelled(),
            (Fault::LastReasonStays, Err(cancelled)) => Err(match lock(&self.last_reason).take() {
                Some(reason) => Cancelled::new(reason),
                None => cancelled,
            }),
            (Fault::ForgottenGroupHolds, Err(_)) if groups() > groups_before => pending().await,
            (Fault::AbandonedShieldHolds, Err(_))
                if backend.shared.shields.load(Ordering::SeqCst) > 0 =>
            {
                pending().await
            }
            (_, result) => result,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Handle<H> {
    good: H,
    fault: Fault,
    last_reason: Arc<Mutex<Option<Reason>>>,
}

impl<H: CancelHandle> CancelHandle for Handle<H> {
    fn cancel(&self) {
        self.cancel_with(Reason::Requested);
    }

    fn cancel_with(&self, reason: Reason) {
        let is_in_task = || anyrt_core::with_backend(|_| ()).is_some();
        if self.fault == Fault::CancelsInTasksOnly && !is_in_task() {
            return;
        }
        *lock(&self.last_reason) = Some(reason.clone());
        self.good.cancel_with(reason);
    }

    fn cancel_called(&self) -> bool {
        self.good.cancel_called()
    }

    fn cancelled_caught(&self) -> bool {
        self.good.cancelled_caught()
    }

    fn deadline(&self) -> Option<Instant> {
        self.good.deadline()
    }

    fn set_deadline(&self, deadline: Option<Instant>) {
        if self.fault != Fault::SetDeadlineIgnored {
            self.good.set_deadline(deadline);
        }
    }

    fn set_shield(&self, shield: bool) {
        if shield || self.fault != Fault::ShieldStaysUp {
            self.good.set_shield(shield);
        }
    }
}

impl<H: Debug> Debug for Handle<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&self.good, f)
    }
}
