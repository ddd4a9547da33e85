//! The rules of the receivers' side.

use std::task::Waker;

use super::{CloneId, Progress, State};
use crate::wait_list::{Deferred, Standing};

impl<T> State<T> {
    /// Takes the first item that is promised to nobody.
    #[inline]
    pub(in super::super) fn try_recv(&mut self, deferred: &mut Deferred) -> Progress<T> {
        if self.has_items(self.promised + 1)
            && let Some(item) = self.take_item(self.promised, deferred)
        {
            return Progress::Done(item);
        }
        if self.is_over() { Progress::Closed } else { Progress::Waiting }
    }

    pub(in super::super) fn enqueue_recv(&mut self, clone: CloneId, waker: &Waker) -> usize {
        self.waiting_receivers.push_back(clone, waker)
    }

    /// Looks after a receive that waits; the entry is gone unless it goes on waiting.
    pub(in super::super) fn continue_recv(
        &mut self,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Progress<T> {
        let mut standing = self.waiting_receivers.standing(key);
        if standing == Standing::Waiting {
            // It may have been skipped while its scope was cancelled.
            self.waiting_receivers.renew(key, waker, deferred);
            self.settle_receivers(deferred);
            standing = self.waiting_receivers.standing(key);
        }
        if standing == Standing::Granted {
            let rank = self.waiting_receivers.rank(key);
            if let Some(item) = self.take_item(rank, deferred) {
                self.waiting_receivers.remove(key, deferred);
                self.promised -= 1;
                return Progress::Done(item);
            }
            // The sender that held it out was cancelled in this moment.
            self.waiting_receivers.renew(key, waker, deferred);
            self.waiting_receivers.revoke(key);
            self.promised -= 1;
            return Progress::Waiting;
        }
        if standing == Standing::Waiting && !self.is_over() {
            return Progress::Waiting;
        }
        self.waiting_receivers.remove(key, deferred);
        Progress::Closed
    }

    /// Takes a receive out of the queue; what it was promised passes on.
    pub(in super::super) fn withdraw_recv(&mut self, key: usize, deferred: &mut Deferred) {
        let (_, standing) = self.waiting_receivers.remove(key, deferred);
        self.promised -= usize::from(standing == Standing::Granted);
        self.settle_receivers(deferred);
    }

    /// Whether a waiting receive is committed: there is an item for it.
    pub(in super::super) fn is_recv_committed(&self, key: usize) -> bool {
        self.waiting_receivers.standing(key) == Standing::Granted
    }

    /// Takes the item at a place in the order, and gives its place away.
    #[inline]
    fn take_item(&mut self, place: usize, deferred: &mut Deferred) -> Option<T> {
        if self.is_rendezvous() {
            return self.take_held_out(place, deferred);
        }
        let item = if place == 0 { self.buffer.pop_front() } else { self.buffer.remove(place) };
        if self.waiting_senders.has_waiting() {
            self.settle_senders(deferred);
        }
        if self.senders == 0 && self.buffer.is_empty() {
            self.waiting_receivers.wake_waiting(deferred);
        }
        item
    }

    fn take_held_out(&mut self, place: usize, deferred: &mut Deferred) -> Option<T> {
        let sender = self.waiting_senders.nth_eligible(place)?;
        let item = self.waiting_senders.data_mut(sender).item.take();
        self.waiting_senders.grant(sender, deferred);
        item
    }
}
