//! What is put off until a mutex is released: to wake, and to drop.
//!
//! A waker or a destructor is foreign code, which may come back to the primitive whose mutex is held.

use std::sync::Arc;
use std::task::Waker;

use crate::frame;
use crate::quiet::{self, drop_quietly};
use crate::tree::Node;

/// What is done once the mutex is released: wake, and drop.
///
/// Mostly nothing is, and that costs one look.
#[derive(Default)]
pub(crate) struct Deferred(Option<Work>);

/// One of each needs no allocation.
#[derive(Default)]
struct Work {
    waker: Option<Waker>,
    old_waker: Option<Waker>,
    scope: Option<Arc<Node>>,
    more: Option<Box<More>>,
}

#[derive(Default)]
struct More {
    wakers: Vec<Waker>,
    old_wakers: Vec<Waker>,
    scopes: Vec<Arc<Node>>,
}

impl Deferred {
    /// Keeps the waker of the present poll in a slot for one.
    pub(crate) fn keep(&mut self, slot: &mut Option<Waker>, waker: &Waker) {
        if !slot.as_ref().is_some_and(|old| old.will_wake(waker)) {
            self.drop_waker(slot.replace(waker.clone()));
        }
    }

    /// Wakes whom a slot for one holds, if anybody.
    #[inline]
    pub(crate) fn wake_taken(&mut self, taken: Option<Waker>) {
        let Some(waker) = taken else { return };
        let work = self.0.get_or_insert_default();
        if work.waker.is_none() {
            work.waker = Some(waker);
        } else {
            work.more().wakers.push(waker);
        }
    }

    /// Drops a waker that is not to be called any more, if there is one.
    #[inline]
    pub(crate) fn drop_waker(&mut self, waker: Option<Waker>) {
        let Some(waker) = waker else { return };
        let work = self.0.get_or_insert_default();
        if work.old_waker.is_none() {
            work.old_waker = Some(waker);
        } else {
            work.more().old_wakers.push(waker);
        }
    }

    #[inline]
    pub(crate) fn drop_scope(&mut self, scope: Option<Arc<Node>>) {
        let Some(scope) = scope else { return };
        let work = self.0.get_or_insert_default();
        if work.scope.is_none() {
            work.scope = Some(scope);
        } else {
            work.more().scopes.push(scope);
        }
    }

    /// Wakes whom the primitive has something for; the mutex must be free.
    #[inline]
    pub(crate) fn run(self) {
        if let Some(work) = self.0 {
            work.run();
        }
    }
}

impl Work {
    #[cold]
    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    #[inline(never)]
    fn run(self) {
        let Self { waker, old_waker, scope, more } = self;
        if let Some(waker) = waker {
            quiet::wake(waker);
        }
        if let Some(waker) = old_waker {
            drop_quietly(waker);
        }
        let_go(scope);
        if let Some(more) = more {
            more.run();
        }
    }
}

impl More {
    #[cold]
    fn run(self) {
        self.wakers.into_iter().for_each(quiet::wake);
        self.old_wakers.into_iter().for_each(drop_quietly);
        self.scopes.into_iter().map(Some).for_each(let_go);
    }
}

/// Gives a scope back to the frame, or drops it; only the last who does drops what is foreign.
#[inline]
pub(crate) fn let_go(scope: Option<Arc<Node>>) {
    if let Some(last) = scope.and_then(frame::return_scope).and_then(Arc::into_inner) {
        drop_quietly(last);
    }
}
