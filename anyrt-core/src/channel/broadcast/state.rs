//! What a broadcast channel is made of, and its rules.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use crate::deferred::Deferred;
use crate::error::BroadcastError;
use crate::wait_list::WaitList;

pub(super) struct State<T> {
    slots: VecDeque<Slot<T>>,
    /// The number of the item in the first slot.
    first: u64,
    capacity: usize,
    senders: usize,
    receivers: usize,
    waiting: WaitList<()>,
}

struct Slot<T> {
    item: Arc<T>,
    /// How many receivers have not seen it.
    unseen: usize,
}

/// What a broadcast channel tells about itself.
///
/// Both ends agree on it at every step (law H6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BroadcastStatistics {
    /// The items that somebody has yet to see.
    pub used: usize,
    /// How many items it may hold.
    pub capacity: usize,
    /// The senders.
    pub senders: usize,
    /// The receivers.
    pub receivers: usize,
    /// The receives that wait.
    pub waiting_receivers: usize,
}

impl<T> State<T> {
    pub(super) fn new(capacity: usize) -> Self {
        let waiting = WaitList::new();
        Self { slots: VecDeque::new(), first: 0, capacity, senders: 1, receivers: 0, waiting }
    }

    /// The number of the next item that is sent.
    fn end(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    /// Gives the number of receivers and the item that had to go, or the item back.
    pub(super) fn send(
        &mut self,
        item: T,
        deferred: &mut Deferred,
    ) -> Result<(usize, Option<Arc<T>>), T> {
        if self.receivers == 0 {
            return Err(item);
        }
        let missed = if self.slots.len() == self.capacity { self.pop() } else { None };
        self.slots.push_back(Slot { item: Arc::new(item), unseen: self.receivers });
        self.waiting.wake_waiting(deferred);
        Ok((self.receivers, missed))
    }

    fn pop(&mut self) -> Option<Arc<T>> {
        let slot = self.slots.pop_front()?;
        self.first += 1;
        Some(slot.item)
    }

    /// Takes out what nobody has yet to see.
    fn pop_seen(&mut self) -> Vec<Arc<T>> {
        let mut seen = Vec::new();
        while self.slots.front().is_some_and(|slot| slot.unseen == 0) {
            seen.extend(self.pop());
        }
        seen
    }

    pub(super) fn add_sender(&mut self) {
        self.senders += 1;
    }

    pub(super) fn remove_sender(&mut self, deferred: &mut Deferred) {
        self.senders -= 1;
        if self.senders == 0 {
            self.waiting.wake_waiting(deferred);
        }
    }

    /// Gives the number of the item that the new receiver sees first.
    pub(super) fn add_receiver(&mut self) -> u64 {
        self.receivers += 1;
        self.end()
    }

    /// Takes a receiver out; gives the items that only it had yet to see.
    pub(super) fn remove_receiver(&mut self, next: u64) -> Vec<Arc<T>> {
        self.receivers -= 1;
        let from = usize::try_from(next.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.slots.iter_mut().skip(from).for_each(|slot| slot.unseen -= 1);
        self.pop_seen()
    }

    /// Gives the item with that number, and moves the number on; `None` if it was not sent yet.
    pub(super) fn try_recv(&mut self, next: &mut u64) -> Option<Result<Arc<T>, BroadcastError>> {
        if *next < self.first {
            let missed = self.first - *next;
            *next = self.first;
            return Some(Err(BroadcastError::Missed(missed)));
        }
        let at = usize::try_from(*next - self.first).unwrap_or(usize::MAX);
        let Some(slot) = self.slots.get_mut(at) else {
            return (self.senders == 0).then_some(Err(BroadcastError::Closed));
        };
        *next += 1;
        slot.unseen -= 1;
        let item = slot.item.clone();
        if slot.unseen == 0 {
            // All before it were seen, too: it is the first.
            self.pop();
        }
        Some(Ok(item))
    }

    /// Whether a receive would not wait.
    pub(super) fn is_ready(&self, next: u64) -> bool {
        next != self.end() || self.senders == 0
    }

    pub(super) fn enqueue(&mut self, waker: &Waker) -> usize {
        self.waiting.push_back((), waker)
    }

    pub(super) fn renew(&mut self, key: usize, waker: &Waker, deferred: &mut Deferred) {
        self.waiting.renew(key, waker, deferred);
    }

    pub(super) fn withdraw(&mut self, key: usize, deferred: &mut Deferred) {
        self.waiting.remove(key, deferred);
    }

    pub(super) fn statistics(&self) -> BroadcastStatistics {
        BroadcastStatistics {
            used: self.slots.len(),
            capacity: self.capacity,
            senders: self.senders,
            receivers: self.receivers,
            waiting_receivers: self.waiting.len(),
        }
    }
}
