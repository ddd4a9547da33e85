//! The frame: where the code that is being polled right now stands in the tree.
//!
//! While the engine polls a future that it owns (a scope's, a group's body, a child) a frame lies
//! in a thread-local. Leaf operations read it to see whether they are cancelled; scopes and groups
//! read it to learn where they hang.
//!
//! # Invariants
//!
//! - The frame is moved in before a poll and moved back after it, also when the poll panics. No
//!   reference is counted on the way.
//! - A scope changes only the scope part in place; a group, a child and a root bring a frame of
//!   their own. So a scope inside a child touches nothing that other threads share.
//! - Destructors of other thread-locals may come here after the frame is gone: then there is none.

use std::cell::RefCell;
use std::sync::Arc;
use std::task::{Context, Waker};

use crate::budget;
use crate::driver::ErasedBackend;
use crate::sys::thread_local;
use crate::tree::Node;

#[derive(Default)]
pub(crate) struct Frame {
    scope: Option<Arc<Node>>,
    /// The group whose body runs, or the task, which knows its group: a child thus shares nothing more.
    home: Option<Arc<Node>>,
    /// The backend of a scope that no group encloses; else the group has it.
    backend: Option<ErasedBackend>,
    /// Tells the waker with which the scope is polled from others, for a leaf.
    waker: usize,
    /// Whether cancellation is hidden: destructors of a cut body run so.
    is_shielded: bool,
}

thread_local! {
    static CURRENT: RefCell<Frame> = const {
        RefCell::new(Frame {
            scope: None,
            home: None,
            backend: None,
            waker: 0,
            is_shielded: false,
        })
    };
}

impl Frame {
    /// The frame of a group's body, a child or a root.
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self { scope: Some(node.clone()), home: Some(node), ..Self::default() }
    }

    /// The frame of a thread that runs a blocking call: it knows the backend, and polls nothing.
    pub(crate) fn of_thread(backend: ErasedBackend) -> Self {
        Self { backend: Some(backend), ..Self::default() }
    }

    /// Runs `f`, which is no poll, in this frame.
    pub(crate) fn enter_thread<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _back = Swapped::swap(self);
        f()
    }

    /// Runs `poll` in this frame.
    pub(crate) fn enter<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        self.waker = identity(cx.waker());
        let _back = Swapped::swap(self);
        poll(cx)
    }

    /// Runs `poll`, of a whole task, in this frame and with a new budget.
    pub(crate) fn enter_task<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let _budget = budget::start_task();
        self.enter(cx, poll)
    }

    /// Runs `f` in this frame, hidden from every cancellation.
    pub(crate) fn enter_shielded<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.is_shielded = true;
        let _back = Swapped::swap(self);
        f()
    }
}

/// Two wakers of different identity wake differently; mostly the other way round, too.
fn identity(waker: &Waker) -> usize {
    waker.data().addr()
}

/// A whole frame that is moved back when dropped.
struct Swapped<'a> {
    frame: &'a mut Frame,
    is_swapped: bool,
}

impl<'a> Swapped<'a> {
    fn swap(frame: &'a mut Frame) -> Self {
        let is_swapped =
            CURRENT.try_with(|current| std::mem::swap(&mut *current.borrow_mut(), frame)).is_ok();
        Self { frame, is_swapped }
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        if self.is_swapped {
            let _ = CURRENT.try_with(|current| {
                std::mem::swap(&mut *current.borrow_mut(), self.frame);
            });
        }
    }
}

/// The scope part of a frame, kept by the future of a scope.
pub(crate) struct ScopeFrame {
    scope: Option<Arc<Node>>,
    /// The backend that the scope was made for, if nothing around it has one.
    backend: Option<ErasedBackend>,
    brings_backend: bool,
    waker: usize,
    is_shielded: bool,
}

impl ScopeFrame {
    pub(crate) fn new(scope: Arc<Node>) -> Self {
        Self::at(Some(scope))
    }

    /// The scope part of a frame in this scope, or in none.
    pub(crate) fn at(scope: Option<Arc<Node>>) -> Self {
        Self { scope, backend: None, brings_backend: false, waker: 0, is_shielded: false }
    }

    pub(crate) fn bring_backend(&mut self, backend: ErasedBackend) {
        self.backend = Some(backend);
        self.brings_backend = true;
    }

    /// Runs `poll` in this scope of the current frame.
    pub(crate) fn enter<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        self.waker = identity(cx.waker());
        let _back = SwappedScope::swap(self);
        poll(cx)
    }

    /// Runs `f` in this scope, hidden from every cancellation.
    pub(crate) fn enter_shielded<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.is_shielded = true;
        let _back = SwappedScope::swap(self);
        f()
    }

    fn exchange(&mut self) -> bool {
        CURRENT
            .try_with(|current| {
                let mut frame = current.borrow_mut();
                std::mem::swap(&mut frame.scope, &mut self.scope);
                std::mem::swap(&mut frame.waker, &mut self.waker);
                std::mem::swap(&mut frame.is_shielded, &mut self.is_shielded);
                if self.brings_backend {
                    std::mem::swap(&mut frame.backend, &mut self.backend);
                }
            })
            .is_ok()
    }
}

struct SwappedScope<'a> {
    frame: &'a mut ScopeFrame,
    is_swapped: bool,
}

impl<'a> SwappedScope<'a> {
    fn swap(frame: &'a mut ScopeFrame) -> Self {
        let is_swapped = frame.exchange();
        Self { frame, is_swapped }
    }
}

impl Drop for SwappedScope<'_> {
    fn drop(&mut self) {
        if self.is_swapped {
            self.frame.exchange();
        }
    }
}

#[inline]
fn read<R>(look: impl FnOnce(&Frame) -> R) -> Option<R> {
    CURRENT.try_with(|current| look(&current.borrow())).ok()
}

/// The scope that new scopes and groups hang under; none where cancellation is hidden.
pub(crate) fn scope() -> Option<Arc<Node>> {
    read(|frame| if frame.is_shielded { None } else { frame.scope.clone() }).flatten()
}

/// Whether [`scope`] would give the node at this address, asked without counting a reference.
pub(crate) fn scope_is_at(address: Option<usize>) -> bool {
    let look = |frame: &Frame| {
        if frame.is_shielded {
            None
        } else {
            frame.scope.as_ref().map(|node| Arc::as_ptr(node).addr())
        }
    };
    read(look).flatten() == address
}

/// The task, or the group whose body runs.
pub(crate) fn home() -> Option<Arc<Node>> {
    read(|frame| frame.home.clone()).flatten()
}

pub(crate) fn group() -> Option<Arc<Node>> {
    read(|frame| frame.home.as_ref().map(|home| home.own_group().clone())).flatten()
}

/// Whether the code that runs now is inside a group.
pub(crate) fn has_group() -> bool {
    read(|frame| frame.home.is_some()).unwrap_or(false)
}

/// Whether the enclosing group is the one at this address.
pub(crate) fn group_is_at(address: Option<usize>) -> bool {
    let look = |frame: &Frame| frame.home.as_ref().map(|home| Arc::as_ptr(home.own_group()).addr());
    read(look).flatten() == address
}

/// Whether a leaf that is polled with `waker` is polled by its scope itself.
///
/// If not, something in between (a `FuturesUnordered`, a `Shared`) polls only what was woken.
#[inline]
pub(crate) fn is_polled_with(waker: &Waker) -> bool {
    read(|frame| frame.waker == identity(waker)).unwrap_or(true)
}

/// Whether the code that runs now is cancelled.
#[inline]
pub(crate) fn is_cancelled() -> bool {
    read(|frame| !frame.is_shielded && frame.scope.as_ref().is_some_and(|node| node.is_effective()))
        .unwrap_or(false)
}

/// Whether the engine polls a future on this thread right now.
pub(crate) fn is_polling() -> bool {
    read(|frame| frame.scope.is_some() || frame.home.is_some()).unwrap_or(false)
}

/// Calls `f` with the backend of the enclosing frame.
///
/// It gives `None` if the engine is not at work on this thread.
///
/// This is how a facade finds the backend that the calling code runs on. `f` must not poll or
/// drop a future.
pub fn with_backend<R>(f: impl FnOnce(&ErasedBackend) -> R) -> Option<R> {
    read(|frame| {
        let backend = match &frame.home {
            Some(home) => Some(home.own_group().as_group().backend()),
            None => frame.backend.as_ref(),
        };
        backend.map(f)
    })
    .flatten()
}

/// Panics where a nested `run` would block the runtime for ever (law B8).
#[track_caller]
pub(crate) fn refuse_nested_run() {
    assert!(
        !is_polling(),
        "run was called on a thread that is polling an anyrt task, which it would block for ever: \
         await the future instead, or call run inside blocking::run"
    );
}
