//! A scope without a node: what most timeouts are from their first poll to their last.
//!
//! Nobody has a handle to such a scope, and no shield is on it. So a cancellation reaches it only from
//! the scope around it, which is polled with the same waker, or by its own deadline, which its own poll
//! looks at. While its body is polled the scope around it stays in the frame, and what is cancelled
//! there is cancelled here. It is *born*, which means that it gets a node, when something needs one: a
//! scope or group that hangs under it, a leaf that has a waker of its own, a look at its deadline.
//!
//! # Invariants
//!
//! - At most one unborn scope is in a frame: one that is about to be polled inside it has it born first.
//! - It belongs to the frame in which it was entered, told by the scope there. A task has a scope of
//!   its own in its frame, and whoever puts a scope into a frame hides the unborn one meanwhile. So no
//!   other frame that is moved in above it takes it for its own.
//! - One that is born in its poll is in the frame for the rest of it, and is taken out after it, also
//!   if the poll panics.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::{change, exchange_spare, identity, read};
use crate::sys::thread_local;
use crate::tree::Node;

/// A scope that was born in its poll, and what stood in the frame before.
struct Born {
    node: Arc<Node>,
    above: Option<Arc<Node>>,
    spare: Option<Arc<Node>>,
}

/// The unborn scope of this thread.
struct Unborn {
    /// The address of the scope around it; 0 if there is none.
    above: Cell<usize>,
    deadline: Cell<Option<Instant>>,
    born: Cell<ManuallyDrop<Option<Box<Born>>>>,
}

thread_local! {
    static UNBORN: Unborn = const {
        Unborn {
            above: Cell::new(0),
            deadline: Cell::new(None),
            born: Cell::new(ManuallyDrop::new(None)),
        }
    };
}

impl Unborn {
    #[inline]
    fn replace_born(&self, born: Option<Box<Born>>) -> Option<Box<Born>> {
        ManuallyDrop::into_inner(self.born.replace(ManuallyDrop::new(born)))
    }
}

/// Where a scope can be polled without a node; has the one that is there already born.
pub(crate) struct Womb(usize);

impl Womb {
    /// Finds one for a scope that is polled with `waker`.
    ///
    /// None if the scope around it is cancelled, if there is none, or if it is polled with another
    /// waker, so that its cancellation would wake nobody here.
    #[inline]
    pub(crate) fn find(waker: &Waker) -> Option<Self> {
        bear();
        let address = read(|place| match &place.scope {
            Some(scope)
                if place.home.is_some()
                    && !place.is_shielded
                    && place.waker == identity(waker)
                    && !scope.is_effective() =>
            {
                Arc::as_ptr(scope).addr()
            }
            _ => 0,
        });
        address.filter(|address| *address != 0).map(Self)
    }

    /// The address of the scope around it.
    pub(crate) fn above(&self) -> usize {
        self.0
    }

    /// Runs `poll` of an unborn scope; gives its node if it was born meanwhile.
    #[inline]
    pub(crate) fn enter<R>(
        &self,
        deadline: Option<Instant>,
        poll: impl FnOnce() -> R,
    ) -> (R, Option<Arc<Node>>) {
        let mut inside = Inside::begin(self.0, deadline);
        let result = poll();
        inside.is_over = true;
        (result, inside.put_back())
    }
}

/// What was there before, which is put back when the poll is over, also by a panic.
struct Inside {
    is_over: bool,
    above: usize,
    deadline: Option<Instant>,
    born: ManuallyDrop<Option<Box<Born>>>,
}

impl Inside {
    #[inline]
    fn begin(above: usize, deadline: Option<Instant>) -> Self {
        let begin = |unborn: &Unborn| Self {
            is_over: false,
            above: unborn.above.replace(above),
            deadline: unborn.deadline.replace(deadline),
            born: unborn.born.replace(ManuallyDrop::new(None)),
        };
        let empty =
            || Self { is_over: true, above: 0, deadline: None, born: ManuallyDrop::new(None) };
        UNBORN.try_with(begin).unwrap_or_else(|_| empty())
    }

    #[inline]
    fn put_back(&mut self) -> Option<Arc<Node>> {
        let put_back = |unborn: &Unborn| {
            unborn.above.set(self.above);
            unborn.deadline.set(self.deadline);
            unborn.replace_born(self.born.take())
        };
        UNBORN.try_with(put_back).ok().flatten().map(|born| leave_frame(*born))
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        if !self.is_over
            && let Some(node) = self.put_back()
        {
            node.release();
        }
    }
}

#[cold]
fn leave_frame(born: Born) -> Arc<Node> {
    let Born { node, mut above, mut spare } = born;
    change(|place| std::mem::swap(&mut place.scope, &mut above));
    exchange_spare(&mut spare);
    node
}

/// Puts another scope's address in the place of the one above the unborn scope; gives the old one.
#[inline]
pub(super) fn hide(above: usize) -> usize {
    UNBORN.try_with(|unborn| unborn.above.replace(above)).unwrap_or(0)
}

/// Has the unborn scope of this frame born, if there is one.
#[inline]
pub(super) fn bear() {
    let above = UNBORN.try_with(|unborn| unborn.above.get()).unwrap_or(0);
    if above != 0 {
        bear_under(above);
    }
}

#[cold]
fn bear_under(address: usize) {
    let above = read(|place| {
        place
            .scope
            .as_ref()
            .filter(|scope| !place.is_shielded && Arc::as_ptr(scope).addr() == address)
            .cloned()
    });
    let Some(above) = above.flatten() else { return };
    hide(0);
    let node = Node::scope();
    let _ = UNBORN.try_with(|unborn| {
        node.init_deadline(unborn.deadline.get());
        let mut born = Born { node: node.clone(), above: Some(node.clone()), spare: None };
        change(|place| std::mem::swap(&mut place.scope, &mut born.above));
        exchange_spare(&mut born.spare);
        unborn.replace_born(Some(Box::new(born)));
    });
    node.start();
    node.attach(Some(&above));
}
