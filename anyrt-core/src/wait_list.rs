//! The wait list under every primitive: first come, first served, in safe code.
//!
//! A waiter's entry lives in a vector inside the primitive's own mutex; its future keeps the key. An
//! entry is *granted* when what it waits for is set aside for it; the thing itself stays where it
//! is until the waiter is polled, so a waiter that is dropped loses nothing (law X3).
//!
//! # Invariants
//!
//! - An entry that waits stands in the queue of the waiting, in the order of coming. A granted one
//!   stands in the queue of the granted, in the order of grants, or in none where that order means
//!   nothing ([`WaitList::serve`]); one that was closed stands in none. Whoever serves the waiting
//!   looks at no granted entry, so that serving n of them takes n steps.
//! - Only the owner of a key removes the entry, once, when it completes, is cut or is dropped. Its
//!   slot is *vacant* then, and the next that comes fills it in its place: an entry is never moved.
//! - An entry whose scope is cancelled gets no new grant (law P1). It is woken instead, once, to
//!   look again: a shield may have been raised meanwhile, and then it takes its place.
//! - Wakers are called, and wakers and scopes are dropped, after the mutex is released: they go
//!   through [`Deferred`], or to whoever holds the mutex.

use std::sync::Arc;
use std::task::Waker;

use crate::deferred::Deferred;
use crate::frame;
use crate::seat::address;
use crate::tree::Node;

pub(crate) struct WaitList<T> {
    entries: Vec<Entry<T>>,
    /// The last slot that became vacant; each leads to the next.
    vacant: Option<usize>,
    len: usize,
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
    Vacant,
}

struct Entry<T> {
    /// Nothing if it is vacant.
    data: Option<T>,
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
        deferred.wake_taken(self.waker.take());
    }
}

impl<T> WaitList<T> {
    pub(crate) const fn new() -> Self {
        let none = Queue { head: None, tail: None };
        Self { entries: Vec::new(), vacant: None, len: 0, waiting: none, granted: none }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn push_back(&mut self, data: T, waker: &Waker) -> usize {
        let key = self.vacate();
        let entry = &mut self.entries[key];
        self.vacant = entry.after.take();
        self.len += 1;
        entry.data = Some(data);
        entry.standing = Standing::Waiting;
        entry.waker = Some(waker.clone());
        entry.scope = frame::borrow_scope();
        self.link_last(key);
        key
    }

    /// Finds a vacant slot, or makes one.
    #[inline]
    fn vacate(&mut self) -> usize {
        if let Some(key) = self.vacant {
            return key;
        }
        self.entries.push(Entry {
            data: None,
            standing: Standing::Vacant,
            waker: None,
            scope: None,
            before: None,
            after: None,
        });
        self.entries.len() - 1
    }

    /// Takes an entry out; gives its data and how it stood.
    pub(crate) fn remove(&mut self, key: usize, deferred: &mut Deferred) -> (T, Standing) {
        let entry = self.unlink(key);
        let standing = entry.standing;
        deferred.drop_waker(entry.waker.take());
        let (data, scope) = self.clear(key);
        deferred.drop_scope(scope);
        (data, standing)
    }

    /// Takes a granted entry out that was served without an order; gives its data and its scope.
    #[inline]
    pub(crate) fn take_served(&mut self, key: usize) -> Option<(T, Option<Arc<Node>>)> {
        (self.standing(key) == Standing::Granted).then(|| self.clear(key))
    }

    /// Makes a slot vacant whose entry stands in no queue any more.
    #[inline]
    fn clear(&mut self, key: usize) -> (T, Option<Arc<Node>>) {
        let entry = &mut self.entries[key];
        entry.standing = Standing::Vacant;
        entry.after = self.vacant.replace(key);
        self.len -= 1;
        let Some(data) = entry.data.take() else { has_left() };
        (data, entry.scope.take())
    }

    /// Notes the waker and scope of the present poll.
    pub(crate) fn renew(&mut self, key: usize, waker: &Waker, deferred: &mut Deferred) {
        let entry = &mut self.entries[key];
        if !entry.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            deferred.drop_waker(entry.waker.replace(waker.clone()));
        }
        if !frame::scope_is_at(address(entry.scope.as_ref())) {
            deferred.drop_scope(std::mem::replace(&mut entry.scope, frame::borrow_scope()));
        }
    }

    pub(crate) fn standing(&self, key: usize) -> Standing {
        self.entries[key].standing
    }

    pub(crate) fn data(&self, key: usize) -> &T {
        self.entries[key].data.as_ref().unwrap_or_else(|| has_left())
    }

    pub(crate) fn data_mut(&mut self, key: usize) -> &mut T {
        self.entries[key].data.as_mut().unwrap_or_else(|| has_left())
    }

    /// The first waiting entry that is not cancelled; has the cancelled before it look again.
    #[inline]
    pub(crate) fn first_eligible(&mut self, deferred: &mut Deferred) -> Option<usize> {
        let first = self.waiting.head?;
        if self.entries[first].is_cancelled() {
            self.pass_over(first, deferred)
        } else {
            Some(first)
        }
    }

    #[cold]
    fn pass_over(&mut self, first: usize, deferred: &mut Deferred) -> Option<usize> {
        let mut at = Some(first);
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

    /// Sets aside for this waiter what it waits for, as the last of those that were granted.
    pub(crate) fn grant(&mut self, key: usize, deferred: &mut Deferred) {
        self.serve(key, deferred);
        self.link_last(key);
    }

    /// Sets aside for this waiter what it waits for, where the order of grants means nothing.
    #[inline]
    pub(crate) fn serve(&mut self, key: usize, deferred: &mut Deferred) {
        let entry = self.unlink(key);
        entry.standing = Standing::Granted;
        entry.wake(deferred);
    }

    /// Takes the last grant back. Its waiter was woken, and has to look again.
    pub(crate) fn revoke_last(&mut self) {
        if let Some(key) = self.granted.tail {
            self.revoke(key);
        }
    }

    /// Takes a grant back; its waiter is the first to be served again.
    pub(crate) fn revoke(&mut self, key: usize) {
        self.unlink(key).standing = Standing::Waiting;
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
                if which(self.data(key)) {
                    closed.push(key);
                }
            }
        }
        let close = |key| {
            let entry = self.unlink(key);
            entry.wake(deferred);
            std::mem::replace(&mut entry.standing, Standing::Closed)
        };
        closed.into_iter().map(close).collect()
    }

    fn queue(&mut self, standing: Standing) -> Option<&mut Queue> {
        match standing {
            Standing::Waiting => Some(&mut self.waiting),
            Standing::Granted => Some(&mut self.granted),
            Standing::Closed | Standing::Vacant => None,
        }
    }

    #[inline]
    fn link_last(&mut self, key: usize) {
        let standing = self.entries[key].standing;
        let Some(queue) = self.queue(standing) else { return };
        let last = queue.tail.replace(key);
        let Some(last) = last else {
            queue.head = Some(key);
            return;
        };
        self.entries[last].after = Some(key);
        self.entries[key].before = Some(last);
    }

    /// Takes an entry out of its queue, if it stands in one.
    #[inline]
    fn unlink(&mut self, key: usize) -> &mut Entry<T> {
        let entry = &mut self.entries[key];
        let (before, after, standing) = (entry.before.take(), entry.after.take(), entry.standing);
        if let Some(before) = before {
            self.entries[before].after = after;
        }
        if let Some(after) = after {
            self.entries[after].before = before;
        }
        if let Some(queue) = self.queue(standing) {
            if queue.head == Some(key) {
                queue.head = after;
            }
            if queue.tail == Some(key) {
                queue.tail = before;
            }
        }
        &mut self.entries[key]
    }
}

#[cold]
fn has_left() -> ! {
    unreachable!("a waiter that has left its queue has no key")
}
