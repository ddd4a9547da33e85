//! Who waits for which moment.
//!
//! # Invariants
//!
//! - Timers of one moment are in one bucket, and fire together, in the order in which they were begun.
//!   A bucket has at least one timer that lives.
//! - The owner of a timer removes it once, and only before the clock has reached it: what it knows of the
//!   timer, its place in the bucket, is then still true.
//! - A waker that is taken out is given to the caller, who drops it after the lock is released: it may
//!   be the last of its task.

use std::collections::BTreeMap;
use std::task::Waker;

/// All timers; moments are nanoseconds since the start.
#[derive(Default)]
pub(crate) struct Timers {
    buckets: BTreeMap<u64, Bucket>,
    /// Buckets that were used before, so that memory is not asked for again.
    spare: Vec<Bucket>,
}

#[derive(Default)]
struct Bucket {
    wakers: Vec<Option<Waker>>,
    live: usize,
}

/// More buckets than this are not kept.
const SPARE: usize = 256;

impl Timers {
    /// Gives the place of the timer in its bucket.
    pub(crate) fn insert(&mut self, at: u64, waker: Waker) -> usize {
        let bucket = self.buckets.entry(at).or_insert_with(|| self.spare.pop().unwrap_or_default());
        bucket.live += 1;
        bucket.wakers.push(Some(waker));
        bucket.wakers.len() - 1
    }

    pub(crate) fn waker_mut(&mut self, at: u64, place: usize) -> Option<&mut Waker> {
        self.buckets.get_mut(&at)?.wakers.get_mut(place)?.as_mut()
    }

    pub(crate) fn remove(&mut self, at: u64, place: usize) -> Option<Waker> {
        let bucket = self.buckets.get_mut(&at)?;
        let waker = bucket.wakers.get_mut(place)?.take()?;
        bucket.live -= 1;
        if bucket.live == 0 {
            let bucket = self.buckets.remove(&at).unwrap_or_default();
            self.keep(bucket);
        } else {
            // Who comes and goes at one moment leaves no trace.
            while bucket.wakers.pop_if(|waker| waker.is_none()).is_some() {}
        }
        Some(waker)
    }

    /// The moment of the next timer.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.buckets.first_key_value().map(|(at, _)| *at)
    }

    /// Takes all timers up to `now` out.
    pub(crate) fn fire(&mut self, now: u64, wakers: &mut Vec<Waker>) {
        while self.next_at().is_some_and(|at| at <= now) {
            if let Some((_, mut bucket)) = self.buckets.pop_first() {
                wakers.extend(bucket.wakers.drain(..).flatten());
                self.keep(bucket);
            }
        }
    }

    fn keep(&mut self, mut bucket: Bucket) {
        if self.spare.len() < SPARE {
            bucket.wakers.clear();
            bucket.live = 0;
            self.spare.push(bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_and_leave_nothing_behind() {
        let (mut timers, mut fired) = (Timers::default(), Vec::new());
        timers.insert(5, Waker::noop().clone());
        let removed = timers.insert(3, Waker::noop().clone());
        timers.insert(9, Waker::noop().clone());
        assert!(timers.remove(3, removed).is_some() && timers.remove(3, removed).is_none());
        assert_eq!(timers.next_at(), Some(5));
        timers.fire(5, &mut fired);
        assert_eq!((fired.len(), timers.next_at()), (1, Some(9)));
        assert!(timers.waker_mut(5, 0).is_none());
    }

    #[test]
    fn who_comes_and_goes_leaves_no_trace() {
        let mut timers = Timers::default();
        timers.insert(7, Waker::noop().clone());
        for _ in 0..10_000 {
            let place = timers.insert(7, Waker::noop().clone());
            timers.remove(7, place);
        }
        assert_eq!(timers.buckets[&7].wakers.len(), 1);
    }
}
