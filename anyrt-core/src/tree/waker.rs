//! The waker of a node: whom a cancellation, or the end of a child, wakes.
//!
//! # Invariants
//!
//! - Waking clones the waker and leaves it in place, as in a [`WakerSlot`](crate::waker_slot::WakerSlot).
//! - The owner of a node alone registers, so it may remember what it has registered, and spare itself the
//!   lock ([`Node::register_once`]). The waker stays until the node is over, so no other waker gets its
//!   address meanwhile. Whoever changes a flag finds it there, and wakes after the change: the poll that
//!   this brings sees it.

use std::task::Waker;

use super::node::Node;
use crate::lock::lock;
use crate::quiet;
use crate::waker_slot::replace;

/// Which waker somebody has registered last, if it is still there: told apart by its address.
#[derive(Default)]
pub(crate) struct Registered {
    data: usize,
    /// 0 where nothing was registered.
    vtable: usize,
}

impl Registered {
    fn of(waker: &Waker) -> Self {
        Self { data: waker.data().addr(), vtable: std::ptr::from_ref(waker.vtable()).addr() }
    }
}

impl Node {
    pub(crate) fn register(&self, waker: &Waker) {
        let old = replace(&mut lock(&self.link).waker, waker);
        if let Some(old) = old {
            quiet::drop_quietly(old);
        }
    }

    /// Registers the waker of the owner, unless it is there already.
    #[inline]
    pub(crate) fn register_once(&self, last: &mut Registered, waker: &Waker) {
        let new = Registered::of(waker);
        if (last.data, last.vtable) != (new.data, new.vtable) {
            self.register(waker);
            *last = new;
        }
    }

    pub(super) fn waker(&self) -> Option<Waker> {
        lock(&self.link).waker.clone()
    }

    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waker() {
            quiet::wake(waker);
        }
    }

    pub(super) fn take_waker(&self) -> Option<Waker> {
        lock(&self.link).waker.take()
    }

    /// Forgets the waker, so that a node that is over keeps no task alive.
    pub(crate) fn forget_own_waker(&self) {
        if let Some(old) = self.take_waker() {
            quiet::drop_quietly(old);
        }
    }
}
