//! The wait list under every primitive: first come, first served, in safe code.
//!
//! A waiter's entry lives in a slab inside the primitive's own mutex; its future keeps the key. An
//! entry is *granted* when what it waits for is set aside for it; the thing itself stays where it
//! is until the waiter is polled, so a waiter that is dropped loses nothing (law X3).
//!
//! # Invariants
//!
//! - An entry stands in one of two queues, of the waiting and of the granted, each in the order of
//!   coming; or in none, if what it waited on was closed. Whoever serves the waiting looks at no
//!   granted entry, so that serving n of them takes n steps.
//! - Only the owner of a key removes the entry, once, when it completes, is cut or is dropped.
//! - An entry whose scope is cancelled gets no new grant (law P1). It is woken instead, once, to
//!   look again: a shield may have been raised meanwhile, and then it takes its place.
//! - Wakers are called, and wakers and scopes are dropped, after the mutex is released: they go
//!   through [`Deferred`].

use std::sync::Arc;
use std::task::Waker;

use slab::Slab;

use crate::frame;
use crate::quiet::{self, drop_quietly};
use crate::seat::address;
use crate::tree::Node;

pub(crate) struct WaitList<T> {
    entries: Slab<Entry<T>>,
    waiting: Queue,
    granted: Queue,
}

/// The two ends of a queue; the links are in the entries.
#[derive(Clone, Copy)]
struct Queue {
    head: Option<usize>,
    tail: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Waiting,
    Granted,
    /// What it waits on was closed; it only has to look.
    Closed,
}

pub(crate) struct Entry<T> {
    pub(crate) data: T,
    standing: Standing,
    waker: Option<Waker>,
    scope: Option<Arc<Node>>,
    before: Option<usize>,
    after: Option<usize>,
}

impl<T> Entry<T> {
    fn is_cancelled(&self) -> bool {
        self.scope.as_ref().is_some_and(|scope| scope.is_effective())
    }

    fn wake(&mut self, deferred: &mut Deferred) {
        if let Some(waker) = self.waker.take() {
            deferred.wake(waker);
        }
    }
}

impl<T> WaitList<T> {
    pub(crate) const fn new() -> Self {
        let none = Queue { head: None, tail: None };
        Self { entries: Slab::new(), waiting: none, granted: none }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn push_back(&mut self, data: T, waker: &Waker) -> usize {
        let key = self.entries.insert(Entry {
            data,
            standing: Standing::Waiting,
            waker: Some(waker.clone()),
            scope: frame::scope(),
            before: None,
            after: None,
        });
        self.link_last(key);
        key
    }

    /// Takes an entry out; gives its data and how it stood.
    pub(crate) fn remove(&mut self, key: usize, deferred: &mut Deferred) -> (T, Standing) {
        self.unlink(key);
        let entry = self.entries.remove(key);
        deferred.drop_later(entry.waker, entry.scope);
        (entry.data, entry.standing)
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

    pub(crate) fn standing(&self, key: usize) -> Standing {
        self.entries[key].standing
    }

    pub(crate) fn data(&self, key: usize) -> &T {
        &self.entries[key].data
    }

    pub(crate) fn data_mut(&mut self, key: usize) -> &mut T {
        &mut self.entries[key].data
    }

    /// The first waiting entry that is not cancelled; has the cancelled before it look again.
    pub(crate) fn first_eligible(&mut self, deferred: &mut Deferred) -> Option<usize> {
        let mut at = self.waiting.head;
        while let Some(key) = at {
            let entry = &mut self.entries[key];
            if !entry.is_cancelled() {
                return Some(key);
            }
            entry.wake(deferred);
            at = entry.after;
        }
        None
    }

    /// The first `count` waiting entries that are not cancelled, if there are so many.
    ///
    /// Has the cancelled ones look again.
    pub(crate) fn first_eligible_many(
        &mut self,
        count: usize,
        deferred: &mut Deferred,
    ) -> Option<Vec<usize>> {
        if self.len() < count {
            return None;
        }
        let mut found = Vec::with_capacity(count);
        let mut at = self.waiting.head;
        while let Some(key) = at
            && found.len() < count
        {
            let entry = &mut self.entries[key];
            if entry.is_cancelled() {
                entry.wake(deferred);
            } else {
                found.push(key);
            }
            at = entry.after;
        }
        (found.len() == count).then_some(found)
    }

    /// Whether somebody waits, cancelled or not.
    #[inline]
    pub(crate) fn has_waiting(&self) -> bool {
        self.waiting.head.is_some()
    }

    /// Whether the first that waits is passed over.
    pub(crate) fn is_first_cancelled(&self) -> bool {
        self.waiting.head.is_some_and(|first| self.entries[first].is_cancelled())
    }

    /// Whether somebody waits who may be served.
    #[inline]
    pub(crate) fn has_eligible(&self) -> bool {
        self.has_waiting() && self.eligible().next().is_some()
    }

    /// The waiting entry before which `n` others may be served.
    pub(crate) fn nth_eligible(&self, n: usize) -> Option<usize> {
        self.eligible().nth(n)
    }

    fn eligible(&self) -> impl Iterator<Item = usize> + '_ {
        let next = |key: &usize| self.entries[*key].after;
        std::iter::successors(self.waiting.head, next)
            .filter(|key| !self.entries[*key].is_cancelled())
    }

    /// Sets aside for this waiter what it waits for.
    pub(crate) fn grant(&mut self, key: usize, deferred: &mut Deferred) {
        self.unlink(key);
        self.entries[key].standing = Standing::Granted;
        self.link_last(key);
        self.entries[key].wake(deferred);
    }

    /// Takes the last grant back. Its waiter was woken, and has to look again.
    pub(crate) fn revoke_last(&mut self) {
        if let Some(key) = self.granted.tail {
            self.revoke(key);
        }
    }

    /// Takes a grant back; its waiter is the first to be served again.
    pub(crate) fn revoke(&mut self, key: usize) {
        self.unlink(key);
        self.entries[key].standing = Standing::Waiting;
        let first = self.waiting.head.replace(key);
        self.entries[key].after = first;
        match first {
            Some(first) => self.entries[first].before = Some(key),
            None => self.waiting.tail = Some(key),
        }
    }

    /// How many granted entries came before this one.
    pub(crate) fn rank(&self, key: usize) -> usize {
        let mut rank = 0;
        let mut at = self.entries[key].before;
        while let Some(before) = at {
            rank += 1;
            at = self.entries[before].before;
        }
        rank
    }

    /// Wakes all that wait.
    pub(crate) fn wake_waiting(&mut self, deferred: &mut Deferred) {
        let mut at = self.waiting.head;
        while let Some(key) = at {
            let entry = &mut self.entries[key];
            entry.wake(deferred);
            at = entry.after;
        }
    }

    /// Has the entries for which `which` holds see that they are closed; gives what they were.
    pub(crate) fn close(
        &mut self,
        which: impl Fn(&T) -> bool,
        deferred: &mut Deferred,
    ) -> Vec<Standing> {
        let mut closed = Vec::new();
        for first in [self.waiting.head, self.granted.head] {
            let mut at = first;
            while let Some(key) = at {
                at = self.entries[key].after;
                if which(&self.entries[key].data) {
                    closed.push(key);
                }
            }
        }
        let close = |key| {
            self.unlink(key);
            let entry = &mut self.entries[key];
            entry.wake(deferred);
            std::mem::replace(&mut entry.standing, Standing::Closed)
        };
        closed.into_iter().map(close).collect()
    }

    fn queue(&mut self, standing: Standing) -> Option<&mut Queue> {
        match standing {
            Standing::Waiting => Some(&mut self.waiting),
            Standing::Granted => Some(&mut self.granted),
            Standing::Closed => None,
        }
    }

    fn link_last(&mut self, key: usize) {
        let standing = self.entries[key].standing;
        let Some(queue) = self.queue(standing) else { return };
        let last = queue.tail.replace(key);
        if last.is_none() {
            queue.head = Some(key);
        }
        self.entries[key].before = last;
        self.entries[key].after = None;
        if let Some(last) = last {
            self.entries[last].after = Some(key);
        }
    }

    fn unlink(&mut self, key: usize) {
        let entry = &mut self.entries[key];
        let (before, after, standing) = (entry.before.take(), entry.after.take(), entry.standing);
        if let Some(before) = before {
            self.entries[before].after = after;
        }
        if let Some(after) = after {
            self.entries[after].before = before;
        }
        let Some(queue) = self.queue(standing) else { return };
        if queue.head == Some(key) {
            queue.head = after;
        }
        if queue.tail == Some(key) {
            queue.tail = before;
        }
    }
}

/// What is done once the mutex is released: wake, and drop.
///
/// Mostly nothing is, and that costs one look.
#[derive(Default)]
pub(crate) struct Deferred(Option<Work>);

/// One of each needs no allocation.
#[derive(Default)]
struct Work {
    waker: Option<Waker>,
    more_wakers: Vec<Waker>,
    garbage: Option<Garbage>,
    more_garbage: Vec<Garbage>,
}

type Garbage = (Option<Waker>, Option<Arc<Node>>);

impl Deferred {
    /// Keeps the waker of the present poll in a slot for one.
    pub(crate) fn keep(&mut self, slot: &mut Option<Waker>, waker: &Waker) {
        if !slot.as_ref().is_some_and(|old| old.will_wake(waker)) {
            self.drop_later(slot.replace(waker.clone()), None);
        }
    }

    /// Wakes whom a slot for one holds, if anybody.
    pub(crate) fn wake_taken(&mut self, taken: Option<Waker>) {
        if let Some(waker) = taken {
            self.wake(waker);
        }
    }

    fn wake(&mut self, waker: Waker) {
        let work = self.0.get_or_insert_default();
        if work.waker.is_none() {
            work.waker = Some(waker);
        } else {
            work.more_wakers.push(waker);
        }
    }

    pub(crate) fn drop_later(&mut self, waker: Option<Waker>, scope: Option<Arc<Node>>) {
        if waker.is_none() && scope.is_none() {
            return;
        }
        let work = self.0.get_or_insert_default();
        if work.garbage.is_none() {
            work.garbage = Some((waker, scope));
        } else {
            work.more_garbage.push((waker, scope));
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
    fn run(self) {
        if let Some(waker) = self.waker {
            quiet::wake(waker);
        }
        self.more_wakers.into_iter().for_each(quiet::wake);
        drop_quietly((self.garbage, self.more_garbage));
    }
}
