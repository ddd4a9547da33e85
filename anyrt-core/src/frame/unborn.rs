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

#[derive(Default)]
struct Unborn {
    deadline: Option<Instant>,
    born: Option<Born>,
}

/// A scope that was born in its poll, and what stood in the frame before.
struct Born {
    node: Arc<Node>,
    above: Option<Arc<Node>>,
    spare: Option<Arc<Node>>,
}

thread_local! {
    /// The address of the scope around the unborn one; 0 if there is none.
    static ABOVE: Cell<usize> = const { Cell::new(0) };

    static UNBORN: Cell<ManuallyDrop<Unborn>> =
        const { Cell::new(ManuallyDrop::new(Unborn { deadline: None, born: None })) };
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
        let mut inside = Inside {
            outer_above: hide(self.0),
            outer: UNBORN
                .try_with(|unborn| {
                    unborn.replace(ManuallyDrop::new(Unborn { deadline, born: None }))
                })
                .ok(),
        };
        let result = poll();
        let born = inside.leave();
        (result, born)
    }
}

/// Puts back what was there when the poll is over.
struct Inside {
    outer_above: usize,
    outer: Option<ManuallyDrop<Unborn>>,
}

impl Inside {
    #[inline]
    fn leave(&mut self) -> Option<Arc<Node>> {
        let outer = self.outer.take()?;
        hide(self.outer_above);
        let own = UNBORN.try_with(|unborn| unborn.replace(outer)).ok()?;
        let born = ManuallyDrop::into_inner(own).born?;
        Some(put_back(born))
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        if let Some(node) = self.leave() {
            node.release();
        }
    }
}

#[cold]
fn put_back(born: Born) -> Arc<Node> {
    let Born { node, mut above, mut spare } = born;
    change(|place| std::mem::swap(&mut place.scope, &mut above));
    exchange_spare(&mut spare);
    node
}

/// Puts another scope's address in the place of the one above the unborn scope; gives the old one.
#[inline]
pub(super) fn hide(above: usize) -> usize {
    ABOVE.try_with(|current| current.replace(above)).unwrap_or(0)
}

/// Has the unborn scope of this frame born, if there is one.
#[inline]
pub(super) fn bear() {
    let above = ABOVE.try_with(Cell::get).unwrap_or(0);
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
        let own = ManuallyDrop::into_inner(unborn.take());
        node.init_deadline(own.deadline);
        let mut born = Born { node: node.clone(), above: Some(node.clone()), spare: None };
        change(|place| std::mem::swap(&mut place.scope, &mut born.above));
        exchange_spare(&mut born.spare);
        unborn.set(ManuallyDrop::new(Unborn { deadline: own.deadline, born: Some(born) }));
    });
    node.start();
    node.attach(Some(&above));
}
