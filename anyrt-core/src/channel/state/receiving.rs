//! The rules of the receivers' side.

use std::task::Waker;

use super::{CloneId, Progress, State};
use crate::deferred::Deferred;
use crate::wait_list::Standing;

impl<T> State<T> {
    /// Takes the first item that is promised to nobody.
    #[inline]
    pub(in super::super) fn try_recv(&mut self, deferred: &mut Deferred) -> Progress<T> {
        let item = if self.is_rendezvous() {
            self.take_held_out(self.promised, deferred)
        } else {
            self.buffer.pop_front()
        };
        if let Some(item) = item {
            self.give_place_away(deferred);
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
            let item = match rank {
                _ if self.is_rendezvous() => self.take_held_out(rank, deferred),
                0 => self.promised_items.pop_front(),
                _ => self.promised_items.remove(rank),
            };
            if let Some(item) = item {
                self.waiting_receivers.remove(key, deferred);
                self.promised -= 1;
                self.give_place_away(deferred);
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
        self.withdraw_promises(usize::from(standing == Standing::Granted));
        self.settle_receivers(deferred);
    }

    /// Whether a waiting receive is committed: there is an item for it.
    pub(in super::super) fn is_recv_committed(&self, key: usize) -> bool {
        self.waiting_receivers.standing(key) == Standing::Granted
    }

    /// Has a sender use the place of an item that was taken.
    #[inline]
    fn give_place_away(&mut self, deferred: &mut Deferred) {
        if self.is_rendezvous() {
            return;
        }
        if self.waiting_senders.has_waiting() {
            self.settle_senders(deferred);
        }
        if self.senders == 0 && self.count_items() == 0 {
            self.waiting_receivers.wake_waiting(deferred);
        }
    }

    /// Takes the item at a place in the order from the sender that holds it out.
    fn take_held_out(&mut self, place: usize, deferred: &mut Deferred) -> Option<T> {
        let sender = self.waiting_senders.nth_eligible(place)?;
        let item = self.waiting_senders.data_mut(sender).item.take();
        self.waiting_senders.grant(sender, deferred);
        item
    }
}
