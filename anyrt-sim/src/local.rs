//! The tasks that were woken by the thread that drives, in a list that needs no lock.
//!
//! # Invariants
//!
//! - The list belongs to the world that this thread drives. Whoever wakes a task of another world, or from
//!   another thread, takes the lock instead.
//! - It is emptied into the queue whenever the thread takes the lock after it called foreign code: nothing
//!   is picked, and no other thread drives, before that.

use std::cell::RefCell;

use crate::task::Key;
use crate::world::World;

#[derive(Default)]
pub(crate) struct Local {
    /// The address of the world; 0 is none.
    world: usize,
    woken: Vec<Key>,
}

thread_local! {
    static LOCAL: RefCell<Local> = const { RefCell::new(Local { world: 0, woken: Vec::new() }) };
}

#[inline]
fn address(world: &World) -> usize {
    std::ptr::from_ref(world).addr()
}

/// Makes this thread the one that drives the world, and gives what was there before.
pub(crate) fn enter(world: &World) -> Local {
    replace(Local { world: address(world), woken: Vec::new() })
}

pub(crate) fn replace(local: Local) -> Local {
    LOCAL.try_with(|known| known.replace(local)).unwrap_or_default()
}

/// Lists a task that was woken; false if the lock is needed.
#[inline]
pub(crate) fn push(world: &World, task: Key) -> bool {
    let push = |local: &RefCell<Local>| {
        let mut local = local.borrow_mut();
        let is_here = local.world == address(world);
        // Who wakes one task again and again does not fill the memory.
        if is_here && local.woken.last() != Some(&task) {
            local.woken.push(task);
        }
        is_here
    };
    LOCAL.try_with(push).unwrap_or(false)
}

/// Takes all that were woken out.
#[inline]
pub(crate) fn drain(each: impl FnMut(Key)) {
    let _ = LOCAL.try_with(|local| local.borrow_mut().woken.drain(..).for_each(each));
}
