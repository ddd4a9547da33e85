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
//! - The spare reference is to the scope of its own frame: it is moved with it.
//! - Between polls the thread's frame is empty. So nothing is lost by never dropping it, and whoever
//!   looks at it need not ask first whether it is there still: destructors of other thread-locals may
//!   come here, too.

mod backend;
mod unborn;
mod wish;

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::task::{Context, Waker};

use crate::budget;
use crate::driver::ErasedBackend;
use crate::sys::thread_local;
use crate::tree::Node;

pub(crate) use backend::enter_thread;
pub use backend::with_backend;
pub(crate) use unborn::Womb;
pub(crate) use wish::{Wish, wish};

/// The frame of a task, or of a group's body, between polls: it is in its own scope then.
pub(crate) struct Frame {
    scope: Option<Arc<Node>>,
    home: Option<Arc<Node>>,
    spare: Option<Arc<Node>>,
    /// Tells the waker of the last poll, which of a cancelled one is not the task's own.
    waker: usize,
}

#[derive(Default)]
struct Place {
    scope: Option<Arc<Node>>,
    /// The group whose body runs, or the task, which knows its group: a child thus shares nothing more.
    home: Option<Arc<Node>>,
    /// Tells the waker with which the scope is polled from others, for a leaf.
    waker: usize,
    /// Tells the waker of whoever has an alarm: a task, or a group that none polls.
    alarm_waker: usize,
    /// Whether cancellation is hidden: destructors of a cut body run so.
    is_shielded: bool,
}

/// What lies on one cache line: moves of it never straddle two.
#[repr(align(64))]
struct Line<T>(T);

thread_local! {
    static CURRENT: Line<RefCell<ManuallyDrop<Place>>> = const {
        Line(RefCell::new(ManuallyDrop::new(Place {
            scope: None,
            home: None,
            waker: 0,
            alarm_waker: 0,
            is_shielded: false,
        })))
    };

    /// One more reference to the scope, left from a wait: the next one borrows it.
    static SPARE: Cell<ManuallyDrop<Option<Arc<Node>>>> =
        const { Cell::new(ManuallyDrop::new(None)) };
}

impl Frame {
    /// The frame of a group's body, a child or a root.
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self { scope: Some(node.clone()), home: Some(node), spare: None, waker: 0 }
    }

    /// Runs `poll` in this frame, of a group's body.
    #[inline]
    pub(crate) fn enter<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let mut entered = Entered::new(self, identity(cx.waker()));
        entered.exchange();
        poll(cx)
    }

    /// Runs `poll`, of a whole task, in this frame and with a new budget.
    #[inline]
    pub(crate) fn enter_task<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let _budget = budget::start_task();
        let mut entered = Entered::new(self, identity(cx.waker()));
        entered.exchange();
        poll(cx)
    }

    /// Runs `f` in this frame, hidden from every cancellation.
    pub(crate) fn enter_shielded<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let mut entered = Entered::new(self, 0);
        entered.is_shielded = true;
        entered.exchange();
        f()
    }
}

/// Two wakers of different identity wake differently; mostly the other way round, too.
#[inline]
fn identity(waker: &Waker) -> usize {
    waker.data().addr()
}

/// A frame that was moved in, and how what was there before is polled; dropped, it moves both back.
struct Entered<'a> {
    frame: &'a mut Frame,
    waker: usize,
    alarm_waker: usize,
    is_shielded: bool,
}

impl<'a> Entered<'a> {
    #[inline]
    fn new(frame: &'a mut Frame, waker: usize) -> Self {
        frame.waker = waker;
        Self { frame, waker, alarm_waker: waker, is_shielded: false }
    }

    /// Each part by itself, and where it lies: a move of the whole would stall on what was just written
    /// in parts.
    #[inline]
    fn exchange(&mut self) {
        exchange_spare(&mut self.frame.spare);
        change(|place| {
            std::mem::swap(&mut place.scope, &mut self.frame.scope);
            std::mem::swap(&mut place.home, &mut self.frame.home);
            std::mem::swap(&mut place.waker, &mut self.waker);
            std::mem::swap(&mut place.alarm_waker, &mut self.alarm_waker);
            std::mem::swap(&mut place.is_shielded, &mut self.is_shielded);
        });
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        self.exchange();
    }
}

#[inline]
fn exchange_spare(spare: &mut Option<Arc<Node>>) {
    let _ = SPARE.try_with(|current| {
        let own = ManuallyDrop::new(spare.take());
        *spare = ManuallyDrop::into_inner(current.replace(own));
    });
}

/// The scope part of a frame, kept by the future of a scope.
pub(crate) struct ScopeFrame {
    scope: Option<Arc<Node>>,
    spare: Option<Arc<Node>>,
    /// The backend that the scope was made for, if nothing around it has one.
    backend: Option<ErasedBackend>,
    brings_backend: bool,
    waker: usize,
    is_shielded: bool,
    /// What is hidden of an unborn scope while this one is in the frame.
    above_unborn: usize,
}

impl ScopeFrame {
    pub(crate) fn new(scope: Arc<Node>) -> Self {
        Self::at(Some(scope))
    }

    /// The scope part of a frame in this scope, or in none.
    pub(crate) fn at(scope: Option<Arc<Node>>) -> Self {
        Self {
            scope,
            spare: None,
            backend: None,
            brings_backend: false,
            waker: 0,
            is_shielded: false,
            above_unborn: 0,
        }
    }

    pub(crate) fn bring_backend(&mut self, backend: ErasedBackend) {
        self.backend = Some(backend);
        self.brings_backend = true;
    }

    /// Runs `poll` in this scope of the current frame.
    #[inline]
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

    #[inline]
    fn exchange(&mut self) -> bool {
        if self.brings_backend {
            backend::exchange(&mut self.backend);
        }
        exchange_spare(&mut self.spare);
        self.above_unborn = unborn::hide(self.above_unborn);
        let swap = |place: &mut Place| {
            std::mem::swap(&mut place.scope, &mut self.scope);
            std::mem::swap(&mut place.waker, &mut self.waker);
            std::mem::swap(&mut place.is_shielded, &mut self.is_shielded);
        };
        change(swap).is_some()
    }
}

struct SwappedScope<'a> {
    frame: &'a mut ScopeFrame,
    is_swapped: bool,
}

impl<'a> SwappedScope<'a> {
    #[inline]
    fn swap(frame: &'a mut ScopeFrame) -> Self {
        let is_swapped = frame.exchange();
        Self { frame, is_swapped }
    }
}

impl Drop for SwappedScope<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.is_swapped {
            self.frame.exchange();
        }
    }
}

#[inline]
fn read<R>(look: impl FnOnce(&Place) -> R) -> Option<R> {
    CURRENT.try_with(|current| look(&current.0.borrow())).ok()
}

#[inline]
fn change<R>(change: impl FnOnce(&mut Place) -> R) -> Option<R> {
    CURRENT.try_with(|current| change(&mut current.0.borrow_mut())).ok()
}

/// The scope that new scopes and groups hang under; none where cancellation is hidden.
#[inline]
pub(crate) fn scope() -> Option<Arc<Node>> {
    unborn::bear();
    enclosing()
}

/// The scope in the frame, also if one without a node lies between.
#[inline]
fn enclosing() -> Option<Arc<Node>> {
    read(|frame| if frame.is_shielded { None } else { frame.scope.clone() }).flatten()
}

/// Runs `f`, hidden from every cancellation, in the frame of who ends a scope that has none.
#[inline]
pub(crate) fn shielded<R>(f: impl FnOnce() -> R) -> R {
    let was_shielded = change(|place| std::mem::replace(&mut place.is_shielded, true));
    let _back = Unshielded(was_shielded.unwrap_or(false));
    f()
}

/// Lets cancellations through again when dropped, if they came through before.
struct Unshielded(bool);

impl Drop for Unshielded {
    #[inline]
    fn drop(&mut self) {
        change(|place| place.is_shielded = self.0);
    }
}

/// The scope that tells whether who waits is cancelled, to be given back after the wait.
///
/// So a task that waits again and again counts one reference, and not one a wait.
#[inline]
pub(crate) fn borrow_scope() -> Option<Arc<Node>> {
    let mut spare = None;
    exchange_spare(&mut spare);
    if read(|frame| frame.is_shielded) == Some(false) && spare.is_some() {
        spare
    } else {
        enclosing()
    }
}

/// Takes back what [`borrow_scope`] gave; gives it to be dropped if it is not this frame's.
#[inline]
pub(crate) fn return_scope(borrowed: Arc<Node>) -> Option<Arc<Node>> {
    let address = Some(Arc::as_ptr(&borrowed));
    let is_own = read(|frame| frame.scope.as_ref().map(Arc::as_ptr) == address);
    let mut borrowed = Some(borrowed);
    if is_own == Some(true) {
        exchange_spare(&mut borrowed);
    }
    borrowed
}

/// Whether [`scope`] would give the node at this address, asked without counting a reference.
#[inline]
pub(crate) fn scope_is_at(address: Option<usize>) -> bool {
    let look = |frame: &Place| {
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
    let look = |frame: &Place| frame.home.as_ref().map(|home| Arc::as_ptr(home.own_group()).addr());
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
#[inline]
pub(crate) fn is_polling() -> bool {
    read(|frame| frame.scope.is_some() || frame.home.is_some()).unwrap_or(false)
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
