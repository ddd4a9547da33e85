//! A call that has begun: its place in the tree, and the result that its thread delivers.
//!
//! # Invariants
//!
//! - The thread delivers once, also if the runtime drops the closure. The result is stored, or found
//!   to be unwanted, under the slot's lock; the waker is woken after that.
//! - The token is given back when the closure has returned, and before the value can be taken: who has
//!   the value finds the token there. A value that nobody wants is dropped before that, on the thread.
//! - The call hangs in the tree before its closure begins, so that it is cancelled with its scopes from the
//!   start.
//! - A call that nobody waits for any more is cancelled, so that its closure can see it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use super::inside::Inside;
use crate::driver::{Driver, ErasedBackend};
use crate::error::Reason;
use crate::frame;
use crate::lock::lock;
use crate::quiet::drop_quietly;
use crate::seat::Seat;
use crate::sync::OwnedToken;
use crate::sys::Mutex;
use crate::tree::Node;
use crate::waker_slot::WakerSlot;

pub(super) struct Call<T> {
    seat: Seat,
    outcome: Arc<Outcome<T>>,
}

struct Outcome<T> {
    slot: Mutex<Slot<T>>,
    waker: WakerSlot,
}

enum Slot<T> {
    Running,
    /// The token is on its way back.
    Ending(thread::Result<T>),
    Delivered(thread::Result<T>),
    /// It was taken, or nobody wants it.
    Closed,
}

impl<T> Outcome<T> {
    /// Stores the result, which nobody can take yet; gives it back if nobody wants it.
    fn store(&self, result: thread::Result<T>) -> Result<(), thread::Result<T>> {
        let mut slot = lock(&self.slot);
        if let Slot::Closed = *slot {
            return Err(result);
        }
        *slot = Slot::Ending(result);
        Ok(())
    }

    /// Has whoever waits take the result.
    fn deliver(&self) {
        let mut slot = lock(&self.slot);
        match std::mem::replace(&mut *slot, Slot::Closed) {
            Slot::Ending(result) => *slot = Slot::Delivered(result),
            other => *slot = other,
        }
        drop(slot);
        self.waker.wake();
    }
}

/// The result of a closure that the runtime dropped.
pub(super) struct NeverRan;

impl<T: Send + 'static> Call<T> {
    pub(super) fn begin<D, F>(
        driver: &D,
        closure: F,
        token: OwnedToken,
        is_abandonable: bool,
    ) -> Self
    where
        D: Driver,
        F: FnOnce() -> T + Send + 'static,
    {
        let outcome =
            Arc::new(Outcome { slot: Mutex::new(Slot::Running), waker: WakerSlot::default() });
        let node = if is_abandonable { Node::scope() } else { Node::call() };
        let there = Delivery { outcome: outcome.clone(), result: None, token: Some(token) };
        let (backend, own) = (ErasedBackend::new(driver.clone()), node.clone());
        let mut seat = Seat::new(node);
        // Before the closure can ask.
        seat.settle();
        driver.spawn_blocking(move || {
            let mut there = there;
            let _inside = Inside::enter(own);
            let call = || frame::enter_thread(backend, closure);
            there.result = Some(catch_unwind(AssertUnwindSafe(call)));
        });
        Self { seat, outcome }
    }
}

impl<T> Call<T> {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<thread::Result<T>> {
        self.seat.settle();
        self.seat.node.mark_polled();
        self.seat.node.register(cx.waker());
        self.outcome.waker.register(cx.waker());
        let mut slot = lock(&self.outcome.slot);
        match std::mem::replace(&mut *slot, Slot::Closed) {
            Slot::Delivered(result) => Poll::Ready(result),
            other => {
                *slot = other;
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        let slot = std::mem::replace(&mut *lock(&self.outcome.slot), Slot::Closed);
        let node = &self.seat.node;
        if matches!(slot, Slot::Running) {
            node.forget_own_waker();
            if !node.is_effective() {
                node.cancel(Reason::Dropped);
            }
        }
        node.release();
        drop(slot);
    }
}

/// Delivers when dropped, so that a closure which the runtime never runs is not waited for.
struct Delivery<T> {
    outcome: Arc<Outcome<T>>,
    result: Option<thread::Result<T>>,
    token: Option<OwnedToken>,
}

impl<T> Drop for Delivery<T> {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(Box::new(NeverRan)));
        match self.outcome.store(result) {
            Err(unwanted) => {
                drop_quietly(unwanted);
                self.token = None;
            }
            Ok(()) => {
                self.token = None;
                self.outcome.deliver();
            }
        }
    }
}
