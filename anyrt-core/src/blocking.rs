//! Blocking calls, off the async threads.

use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::thread;

use crate::driver::{Ambient, Driver, ErasedBackend};
use crate::frame;
use crate::lock::lock;
use crate::seat::Seat;
use crate::source::Source;
use crate::sys::{Mutex, thread_local};
use crate::tree::Node;
use crate::waiting::{self, Wait};
use crate::waker_slot::WakerSlot;
use crate::{budget, leaf};

/// Runs a blocking closure on another thread, and gives its value.
///
/// The thread is one of the backend's pool.
///
/// A call that has begun is never abandoned: it holds the cancelled scopes around it open until
/// the closure returns, and its value is delivered (law T1).
///
/// # Panics
///
/// Resumes the panic of the closure. Panics if the runtime is shut down before it runs the closure.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: the closure runs to its end and its value is dropped.
#[must_use = "a blocking call does nothing unless it is awaited"]
pub struct RunBlocking<D, F, T> {
    source: Source<D>,
    closure: Option<F>,
    call: Option<Call<T>>,
}

/// A call that has begun.
struct Call<T> {
    seat: Seat,
    outcome: Arc<Outcome<T>>,
}

struct Outcome<T> {
    result: Mutex<Option<thread::Result<T>>>,
    waker: WakerSlot,
}

impl<D: Driver, F, T> RunBlocking<D, F, T> {
    /// Runs `f` on the threads of `driver`.
    pub fn on(driver: D, f: F) -> Self {
        Self { source: Source::Given(driver), closure: Some(f), call: None }
    }
}

impl<D: Ambient, F, T> RunBlocking<D, F, T> {
    /// Runs `f` on the threads of the backend that polls it first.
    pub fn ambient(f: F) -> Self {
        Self { source: Source::ambient(), closure: Some(f), call: None }
    }
}

// Nothing in it is ever pinned.
impl<D, F, T> Unpin for RunBlocking<D, F, T> {}

impl<D, F, T> Future for RunBlocking<D, F, T>
where
    D: Driver,
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if let Some(closure) = this.closure.take_if(|_| this.call.is_none()) {
            match leaf::poll_turn(cx) {
                Poll::Ready(()) => this.call = Some(begin(&this.source, closure)),
                Poll::Pending => {
                    this.closure = Some(closure);
                    return Poll::Pending;
                }
            }
        }
        let Some(call) = &mut this.call else {
            panic!("a blocking call was polled after it had given its value");
        };
        call.seat.settle();
        call.seat.node.mark_polled();
        call.seat.node.waker.register(cx.waker());
        call.outcome.waker.register(cx.waker());
        waiting::note(Wait::Blocking);
        let result = lock(&call.outcome.result).take();
        let result = ready!(result.map_or(Poll::Pending, Poll::Ready));
        this.call = None;
        budget::spend();
        match result {
            Ok(value) => Poll::Ready(value),
            Err(payload) if payload.is::<NeverRan>() => panic!(
                "the runtime was shut down before it ran the blocking call: keep it until all that \
                 uses it has ended"
            ),
            Err(payload) => resume_unwind(payload),
        }
    }
}

fn begin<D, F, T>(source: &Source<D>, closure: F) -> Call<T>
where
    D: Driver,
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let outcome = Arc::new(Outcome { result: Mutex::new(None), waker: WakerSlot::default() });
    let there = Delivery { outcome: outcome.clone(), result: None };
    let driver = source.with(D::clone);
    let backend = ErasedBackend::new(driver.clone());
    let node = Node::call();
    let own = Arc::downgrade(&node);
    driver.spawn_blocking(move || {
        let mut there = there;
        let _inside = Inside::enter(own);
        let call = || frame::enter_thread(backend, closure);
        there.result = Some(catch_unwind(AssertUnwindSafe(call)));
    });
    Call { seat: Seat::new(node), outcome }
}

thread_local! {
    /// The call whose closure this thread runs.
    static CALL: RefCell<Weak<Node>> = const { RefCell::new(Weak::new()) };
}

/// Puts back what was there before, since a pool uses its threads again.
struct Inside(Weak<Node>);

impl Inside {
    fn enter(call: Weak<Node>) -> Self {
        Self(CALL.try_with(|known| known.replace(call)).unwrap_or_default())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = CALL.try_with(|call| call.replace(std::mem::take(&mut self.0)));
    }
}

/// The call whose closure this thread runs, unless nobody waits for it any more.
pub(crate) fn current_call() -> Option<Arc<Node>> {
    CALL.try_with(|call| call.borrow().upgrade()).ok().flatten()
}

/// The result of a closure that the runtime dropped.
struct NeverRan;

/// Delivers when dropped, so that a closure which the runtime never runs is not waited for.
struct Delivery<T> {
    outcome: Arc<Outcome<T>>,
    result: Option<thread::Result<T>>,
}

impl<T> Drop for Delivery<T> {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(Box::new(NeverRan)));
        *lock(&self.outcome.result) = Some(result);
        self.outcome.waker.wake();
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.seat.node.release();
    }
}

impl<D, F, T> Debug for RunBlocking<D, F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunBlocking").field("has_begun", &self.call.is_some()).finish()
    }
}
