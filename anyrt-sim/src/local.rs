//! What the thread that drives knows without a lock: whom it polls, and which tasks it has woken.
//!
//! # Invariants
//!
//! - The list belongs to the world that this thread drives. Whoever wakes a task of another world, or from
//!   another thread, takes the lock instead.
//! - It is emptied into the queue whenever the thread takes the lock after it called foreign code: nothing
//!   is picked, and no other thread drives, before that.

use std::cell::RefCell;
use std::task::Waker;

use crate::task::Key;
use crate::world::World;

#[derive(Default)]
pub(crate) struct Local {
    /// The address of the world; 0 is none.
    world: usize,
    woken: Vec<Key>,
    /// The task that is polled, and its waker, by address.
    polled: Option<(Key, Waking)>,
}

/// Two wakers that have the same wake the same.
type Waking = (usize, usize);

fn waking(waker: &Waker) -> Waking {
    (waker.data().addr(), std::ptr::from_ref(waker.vtable()).addr())
}

thread_local! {
    static LOCAL: RefCell<Local> =
        const { RefCell::new(Local { world: 0, woken: Vec::new(), polled: None }) };
}

#[inline]
fn address(world: &World) -> usize {
    std::ptr::from_ref(world).addr()
}

/// Makes this thread the one that drives the world, and gives what was there before.
pub(crate) fn enter(world: &World) -> Local {
    replace(Local { world: address(world), ..Local::default() })
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

/// Notes who is polled from now on, and with which waker.
#[inline]
pub(crate) fn set_polled(task: Key, waker: &Waker) {
    let polled = Some((task, waking(waker)));
    let _ = LOCAL.try_with(|local| local.borrow_mut().polled = polled);
}

/// Gives the task of this world that is polled now, if this is its waker.
#[inline]
pub(crate) fn polled_with(world: &World, waker: &Waker) -> Option<Key> {
    let find = |local: &RefCell<Local>| {
        let local = local.borrow();
        let (task, known) = local.polled.filter(|_| local.world == address(world))?;
        (known == waking(waker)).then_some(task)
    };
    LOCAL.try_with(find).ok().flatten()
}

/// Takes all that were woken out.
#[inline]
pub(crate) fn drain(each: impl FnMut(Key)) {
    let _ = LOCAL.try_with(|local| local.borrow_mut().woken.drain(..).for_each(each));
}
