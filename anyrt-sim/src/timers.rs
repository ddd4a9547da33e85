//! Who waits for which moment.
//!
//! # Invariants
//!
//! - Timers of one moment are in one bucket, and fire together, in the order in which they were begun.
//!   A bucket has at least one timer that lives.
//! - The owner of a timer removes it once, and only before the clock has reached it: what it knows of the
//!   timer, its place in the bucket, is then still true.
//! - A sleeper that is taken out is given to the caller, who drops it after the lock is released: it may
//!   be the last of its task.

use std::collections::BTreeMap;
use std::task::Waker;

use crate::task::Key;

/// Who is woken.
#[derive(Debug)]
pub(crate) enum Sleeper {
    /// A task that waits itself; it has to be told of nothing but its place in the queue.
    Task(Key),
    Other(Waker),
}

/// All timers; moments are nanoseconds since the start.
#[derive(Default)]
pub(crate) struct Timers {
    buckets: BTreeMap<u64, Bucket>,
    /// Buckets that were used before, so that memory is not asked for again.
    spare: Vec<Bucket>,
}

#[derive(Default)]
struct Bucket {
    sleepers: Vec<Option<Sleeper>>,
    live: usize,
}

/// More buckets than this are not kept.
const SPARE: usize = 256;

impl Timers {
    /// Gives the place of the timer in its bucket.
    pub(crate) fn insert(&mut self, at: u64, sleeper: Sleeper) -> usize {
        let bucket = self.buckets.entry(at).or_insert_with(|| self.spare.pop().unwrap_or_default());
        bucket.live += 1;
        bucket.sleepers.push(Some(sleeper));
        bucket.sleepers.len() - 1
    }

    pub(crate) fn sleeper_mut(&mut self, at: u64, place: usize) -> Option<&mut Sleeper> {
        self.buckets.get_mut(&at)?.sleepers.get_mut(place)?.as_mut()
    }

    pub(crate) fn remove(&mut self, at: u64, place: usize) -> Option<Sleeper> {
        let bucket = self.buckets.get_mut(&at)?;
        let sleeper = bucket.sleepers.get_mut(place)?.take()?;
        bucket.live -= 1;
        if bucket.live == 0 {
            let bucket = self.buckets.remove(&at).unwrap_or_default();
            self.keep(bucket);
        } else {
            // Who comes and goes at one moment leaves no trace.
            while bucket.sleepers.pop_if(|sleeper| sleeper.is_none()).is_some() {}
        }
        Some(sleeper)
    }

    /// The moment of the next timer.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.buckets.first_key_value().map(|(at, _)| *at)
    }

    /// Takes all timers up to `now` out.
    pub(crate) fn fire(&mut self, now: u64, mut each: impl FnMut(Sleeper)) {
        while self.next_at().is_some_and(|at| at <= now) {
            if let Some((_, mut bucket)) = self.buckets.pop_first() {
                bucket.sleepers.drain(..).flatten().for_each(&mut each);
                self.keep(bucket);
            }
        }
    }

    fn keep(&mut self, mut bucket: Bucket) {
        if self.spare.len() < SPARE {
            bucket.sleepers.clear();
            bucket.live = 0;
            self.spare.push(bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(number: u64) -> Sleeper {
        Sleeper::Task(Key { slot: 0, number })
    }

    #[test]
    fn timers_fire_in_order_and_leave_nothing_behind() {
        let mut timers = Timers::default();
        for (at, number) in [(5, 0), (4, 1), (5, 2), (9, 3)] {
            timers.insert(at, sleeper(number));
        }
        let removed = timers.insert(3, sleeper(4));
        assert!(timers.remove(3, removed).is_some() && timers.remove(3, removed).is_none());
        assert_eq!(timers.next_at(), Some(4));
        let mut fired = Vec::new();
        timers.fire(5, |sleeper| match sleeper {
            Sleeper::Task(task) => fired.push(task.number),
            Sleeper::Other(_) => unreachable!(),
        });
        assert_eq!((fired, timers.next_at()), (vec![1, 0, 2], Some(9)));
        assert!(timers.sleeper_mut(5, 0).is_none());
    }

    #[test]
    fn who_comes_and_goes_leaves_no_trace() {
        let mut timers = Timers::default();
        timers.insert(7, sleeper(0));
        for number in 1..10_000 {
            let place = timers.insert(7, sleeper(number));
            timers.remove(7, place);
        }
        assert_eq!(timers.buckets[&7].sleepers.len(), 1);
    }
}
