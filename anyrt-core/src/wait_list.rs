//! The wait list under every primitive: first come, first served, in safe code.
//!
//! A waiter's entry lives in a slab inside the primitive's own mutex; its future keeps the key. An
//! entry is *granted* when what it waits for is set aside for it; the thing itself stays where it
//! is until the waiter is polled, so a waiter that is dropped loses nothing (law X3).
//!
//! # Invariants
//!
//! - Only the owner of a key removes the entry, once, when it completes, is cut or is dropped.
//! - An entry whose scope is cancelled gets no new grant (law P1). It is woken instead, once, to
//!   look again: a shield may have been raised meanwhile, and then it takes its place.
//! - Wakers are called, and wakers and scopes are dropped, after the mutex is released: they go
//!   through [`Deferred`].

use std::sync::Arc;
use std::task::Waker;

use slab::Slab;

use crate::frame;
use crate::seat::address;
use crate::tree::Node;

pub(crate) struct WaitList<T> {
    entries: Slab<Entry<T>>,
    head: Option<usize>,
    tail: Option<usize>,
}

pub(crate) struct Entry<T> {
    pub(crate) data: T,
    pub(crate) is_granted: bool,
    waker: Option<Waker>,
    scope: Option<Arc<Node>>,
    before: Option<usize>,
    after: Option<usize>,
}

impl<T> Entry<T> {
    /// Whether the waiter's scope is cancelled, so that nothing new may be handed to it.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| scope.is_effective())
    }

    /// Sets aside for this waiter what it waits for.
    pub(crate) fn grant(&mut self, deferred: &mut Deferred) {
        self.is_granted = true;
        self.wake(deferred);
    }

    /// Has the waiter look again; it registers anew then.
    pub(crate) fn wake(&mut self, deferred: &mut Deferred) {
        if let Some(waker) = self.waker.take() {
            deferred.wake(waker);
        }
    }
}

impl<T> WaitList<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: Slab::new(), head: None, tail: None }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn push_back(&mut self, data: T, waker: &Waker) -> usize {
        let key = self.entries.insert(Entry {
            data,
            is_granted: false,
            waker: Some(waker.clone()),
            scope: frame::scope(),
            before: self.tail,
            after: None,
        });
        match self.tail.replace(key) {
            Some(last) => self.entries[last].after = Some(key),
            None => self.head = Some(key),
        }
        key
    }

    /// Takes an entry out; gives its data and whether it was granted.
    pub(crate) fn remove(&mut self, key: usize, deferred: &mut Deferred) -> (T, bool) {
        let entry = self.entries.remove(key);
        match entry.before {
            Some(before) => self.entries[before].after = entry.after,
            None => self.head = entry.after,
        }
        match entry.after {
            Some(after) => self.entries[after].before = entry.before,
            None => self.tail = entry.before,
        }
        deferred.drop_later(entry.waker, entry.scope);
        (entry.data, entry.is_granted)
    }

    /// Notes the waker and scope of the present poll.
    pub(crate) fn renew(&mut self, key: usize, waker: &Waker, deferred: &mut Deferred) {
        let entry = &mut self.entries[key];
        if !entry.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            deferred.drop_later(entry.waker.replace(waker.clone()), None);
        }
        if !frame::scope_is_at(address(entry.scope.as_ref())) {
            deferred.drop_later(None, std::mem::replace(&mut entry.scope, frame::scope()));
        }
    }

    pub(crate) fn get(&self, key: usize) -> &Entry<T> {
        &self.entries[key]
    }

    pub(crate) fn get_mut(&mut self, key: usize) -> &mut Entry<T> {
        &mut self.entries[key]
    }

    pub(crate) fn head(&self) -> Option<usize> {
        self.head
    }

    pub(crate) fn tail(&self) -> Option<usize> {
        self.tail
    }

    pub(crate) fn after(&self, key: usize) -> Option<usize> {
        self.entries[key].after
    }

    pub(crate) fn before(&self, key: usize) -> Option<usize> {
        self.entries[key].before
    }

    /// Calls `f` for each entry, first come first, while it says to go on.
    pub(crate) fn for_each(&mut self, mut f: impl FnMut(&mut Entry<T>) -> bool) {
        let mut at = self.head;
        while let Some(key) = at {
            let entry = &mut self.entries[key];
            if !f(entry) {
                return;
            }
            at = entry.after;
        }
    }
}

/// What is done once the mutex is released: wake, and drop.
#[derive(Default)]
pub(crate) struct Deferred {
    first: Option<Waker>,
    more: Vec<Waker>,
    garbage: Vec<(Option<Waker>, Option<Arc<Node>>)>,
}

impl Deferred {
    fn wake(&mut self, waker: Waker) {
        if self.first.is_none() {
            self.first = Some(waker);
        } else {
            self.more.push(waker);
        }
    }

    fn drop_later(&mut self, waker: Option<Waker>, scope: Option<Arc<Node>>) {
        if waker.is_some() || scope.is_some() {
            self.garbage.push((waker, scope));
        }
    }

    /// Wakes whom the primitive has something for; the mutex must be free.
    pub(crate) fn run(self) {
        if let Some(waker) = self.first {
            waker.wake();
        }
        for waker in self.more {
            waker.wake();
        }
    }
}
