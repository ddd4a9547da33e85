//! Who waits for which moment.
//!
//! # Invariants
//!
//! - The heap has at least the timers that live, and may have some that do not: a timer lives if its
//!   slot in the slab has its sequence number. What is dead is dropped when it comes to the top, or
//!   when more than half of the heap is dead.
//! - Timers of one moment fire in the order in which they were begun: by sequence number.
//! - A waker that is taken out is given to the caller, who drops it after the lock is released: it may
//!   be the last of its task.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;

use slab::Slab;

/// Which timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    sequence: u64,
    slot: usize,
}

pub(crate) struct Timer {
    sequence: u64,
    waker: Waker,
}

/// All timers; moments are nanoseconds since the start.
#[derive(Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(u64, TimerKey)>>,
    live: Slab<Timer>,
    next: u64,
}

impl Timers {
    pub(crate) fn insert(&mut self, at: u64, waker: Waker) -> TimerKey {
        let sequence = self.next;
        self.next += 1;
        let key = TimerKey { sequence, slot: self.live.insert(Timer { sequence, waker }) };
        if self.heap.len() > 2 * self.live.len() + 64 {
            let live = &self.live;
            self.heap.retain(|Reverse((_, key))| is_live(live, *key));
        }
        self.heap.push(Reverse((at, key)));
        key
    }

    /// The waker of a timer that has not fired.
    pub(crate) fn waker_mut(&mut self, key: TimerKey) -> Option<&mut Waker> {
        let timer = self.live.get_mut(key.slot)?;
        (timer.sequence == key.sequence).then_some(&mut timer.waker)
    }

    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Waker> {
        is_live(&self.live, key).then(|| self.live.remove(key.slot).waker)
    }

    /// The moment of the next timer.
    pub(crate) fn next_at(&mut self) -> Option<u64> {
        while let Some(Reverse((at, key))) = self.heap.peek() {
            if is_live(&self.live, *key) {
                return Some(*at);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes all timers up to `now` out.
    pub(crate) fn fire(&mut self, now: u64, wakers: &mut Vec<Waker>) {
        while self.next_at().is_some_and(|at| at <= now) {
            let fired = self.heap.pop().and_then(|Reverse((_, key))| self.remove(key));
            wakers.extend(fired);
        }
    }

    pub(crate) fn take_all(&mut self) -> Slab<Timer> {
        self.heap.clear();
        std::mem::take(&mut self.live)
    }
}

fn is_live(live: &Slab<Timer>, key: TimerKey) -> bool {
    live.get(key.slot).is_some_and(|timer| timer.sequence == key.sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_and_leave_nothing_behind() {
        let (mut timers, mut fired) = (Timers::default(), Vec::new());
        let kept = timers.insert(5, Waker::noop().clone());
        let removed = timers.insert(3, Waker::noop().clone());
        timers.insert(9, Waker::noop().clone());
        assert!(timers.remove(removed).is_some() && timers.remove(removed).is_none());
        assert_eq!(timers.next_at(), Some(5));
        timers.fire(5, &mut fired);
        assert_eq!((fired.len(), timers.next_at()), (1, Some(9)));
        assert!(timers.waker_mut(kept).is_none());
    }

    #[test]
    fn dead_timers_do_not_pile_up() {
        let mut timers = Timers::default();
        for _ in 0..10_000 {
            let key = timers.insert(7, Waker::noop().clone());
            timers.remove(key);
        }
        assert!(timers.heap.len() < 100, "{} left", timers.heap.len());
    }
}
