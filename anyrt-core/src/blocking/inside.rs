//! What a closure may ask about its call, and how a cancellation of the call reaches others.
//!
//! # Invariants
//!
//! - Whoever follows a call has a waker at its node, which is woken when the call is cancelled, and at
//!   once if it is already; it is taken off again when it follows no longer.

use std::cell::RefCell;
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

use crate::error::{Cancelled, Reason};
use crate::frame;
use crate::sys::thread_local;
use crate::tree::Node;

thread_local! {
    /// The call whose closure this thread runs.
    static CALL: RefCell<Option<Arc<Node>>> = const { RefCell::new(None) };
}

/// Puts back what was there before, since a pool uses its threads again.
pub(super) struct Inside(Option<Arc<Node>>);

impl Inside {
    pub(super) fn enter(call: Arc<Node>) -> Self {
        Self(CALL.try_with(|known| known.replace(Some(call))).unwrap_or_default())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let before = CALL.try_with(|call| call.replace(self.0.take()));
        drop(before);
    }
}

/// The call whose closure this thread runs.
pub(crate) fn current_call() -> Option<Arc<Node>> {
    CALL.try_with(|call| call.borrow().clone()).ok().flatten()
}

/// Tells whether the call is cancelled whose closure asks.
///
/// That is so if a visible scope around it is cancelled, or if it was abandoned (law T3). In a task
/// it tells whether a checkpoint there would be cut; anywhere else nothing is cancelled.
#[doc(alias = "check_cancelled")]
pub fn is_cancelled() -> bool {
    if frame::is_polling() {
        return frame::is_cancelled();
    }
    current_call().is_some_and(|call| call.is_effective())
}

/// Ends a closure early that asks now and then, by its `?`.
///
/// It is [`is_cancelled`] as an error, with the reason.
///
/// # Errors
///
/// [`Cancelled`] if the call is cancelled whose closure asks (law T3).
#[doc(alias = "check_cancelled")]
pub fn checkpoint() -> Result<(), Cancelled> {
    let own = if frame::is_polling() { frame::scope() } else { current_call() };
    match own.filter(|node| node.is_effective()) {
        Some(node) => Err(Cancelled::new(node.reason())),
        None => Ok(()),
    }
}

/// What is cancelled when a call is.
type Cancel = dyn Fn(Reason) + Send + Sync;

/// Is woken when the call may be cancelled.
struct Watch {
    call: Weak<Node>,
    cancel: Box<Cancel>,
}

impl Wake for Watch {
    fn wake(self: Arc<Self>) {
        if let Some(call) = self.call.upgrade()
            && call.is_effective()
        {
            (self.cancel)(call.reason());
        }
    }
}

/// Has something follow the call of this thread, until it is dropped.
pub(crate) struct Following {
    call: Arc<Node>,
    waker: Waker,
}

impl Following {
    /// Calls `cancel` when the call is cancelled whose closure this thread runs, if it runs one.
    pub(crate) fn begin(cancel: impl Fn(Reason) + Send + Sync + 'static) -> Option<Self> {
        let call = current_call()?;
        let watch = Watch { call: Arc::downgrade(&call), cancel: Box::new(cancel) };
        let waker = Waker::from(Arc::new(watch));
        call.wake_when_cancelled(&waker);
        Some(Self { call, waker })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.call.forget_waker(&self.waker);
    }
}
