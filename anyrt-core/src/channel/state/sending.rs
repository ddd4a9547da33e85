//! The rules of the senders' side.

use std::task::Waker;

use super::{CloneId, Offer, Progress, State};
use crate::deferred::Deferred;
use crate::wait_list::Standing;

impl<T> State<T> {
    /// Puts an item in if that needs no waiting; else it stays where it is.
    #[inline]
    pub(in super::super) fn try_send(
        &mut self,
        item: &mut Option<T>,
        deferred: &mut Deferred,
    ) -> Progress<()> {
        if self.receivers == 0 {
            return Progress::Closed;
        }
        if !self.has_place() {
            return Progress::Waiting;
        }
        if let Some(item) = item.take() {
            self.buffer.push_back(item);
        }
        if self.waiting_receivers.has_waiting() {
            self.settle_receivers(deferred);
        }
        Progress::Done(())
    }

    /// Takes a place in the queue of senders.
    pub(in super::super) fn enqueue_send(
        &mut self,
        clone: CloneId,
        item: &mut Option<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> usize {
        let held_out = if self.is_rendezvous() { item.take() } else { None };
        let key = self.waiting_senders.push_back(Offer { clone, item: held_out }, waker);
        if self.is_rendezvous() {
            self.settle_receivers(deferred);
        }
        key
    }

    /// Looks after a send that waits; the entry is gone unless it goes on waiting.
    pub(in super::super) fn continue_send(
        &mut self,
        key: usize,
        item: &mut Option<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Progress<()> {
        if self.waiting_senders.standing(key) == Standing::Waiting {
            self.waiting_senders.renew(key, waker, deferred);
            self.settle(deferred);
        }
        if self.is_taken(key) {
            self.waiting_senders.remove(key, deferred);
            return Progress::Done(());
        }
        let standing = self.waiting_senders.standing(key);
        if standing == Standing::Closed || self.receivers == 0 {
            self.withdraw_send(key, item, deferred);
            return Progress::Closed;
        }
        if standing == Standing::Waiting {
            return Progress::Waiting;
        }
        self.waiting_senders.remove(key, deferred);
        self.reserved -= 1;
        self.buffer.extend(item.take());
        self.settle_receivers(deferred);
        Progress::Done(())
    }

    /// Takes a send out of the queue, with its item.
    pub(in super::super) fn withdraw_send(
        &mut self,
        key: usize,
        item: &mut Option<T>,
        deferred: &mut Deferred,
    ) {
        let (offer, standing) = self.waiting_senders.remove(key, deferred);
        if standing == Standing::Granted && !self.is_rendezvous() {
            self.reserved -= 1;
        }
        if offer.item.is_some() {
            *item = offer.item;
        }
        self.settle(deferred);
    }

    /// Whether a waiting send is committed: it has a place, or its item was taken.
    pub(in super::super) fn is_send_committed(&self, key: usize) -> bool {
        self.waiting_senders.standing(key) == Standing::Granted || self.is_taken(key)
    }

    /// Whether a receiver has taken the item of a waiting send.
    fn is_taken(&self, key: usize) -> bool {
        self.is_rendezvous() && self.waiting_senders.data(key).item.is_none()
    }

    /// Sets a place aside if that needs no waiting.
    pub(in super::super) fn try_reserve(&mut self) -> Progress<()> {
        if self.receivers == 0 {
            Progress::Closed
        } else if self.has_place() {
            self.reserved += 1;
            Progress::Done(())
        } else {
            Progress::Waiting
        }
    }

    /// Looks after a reservation that waits; the entry is gone unless it goes on waiting.
    pub(in super::super) fn continue_reserve(
        &mut self,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Progress<()> {
        if self.waiting_senders.standing(key) == Standing::Waiting {
            self.waiting_senders.renew(key, waker, deferred);
            self.settle_senders(deferred);
        }
        let standing = self.waiting_senders.standing(key);
        if standing == Standing::Closed || self.receivers == 0 {
            self.withdraw_send(key, &mut None, deferred);
            return Progress::Closed;
        }
        if standing == Standing::Waiting {
            return Progress::Waiting;
        }
        self.waiting_senders.remove(key, deferred);
        Progress::Done(())
    }

    /// Puts an item into a place that was set aside; gives it back if nobody will receive it.
    pub(in super::super) fn fill_place(
        &mut self,
        item: T,
        deferred: &mut Deferred,
    ) -> Result<(), T> {
        self.reserved -= 1;
        if self.receivers == 0 {
            return Err(item);
        }
        self.buffer.push_back(item);
        self.settle_receivers(deferred);
        Ok(())
    }

    /// Gives a place that was set aside to the next.
    pub(in super::super) fn give_place_back(&mut self, deferred: &mut Deferred) {
        self.reserved -= 1;
        self.settle_senders(deferred);
    }
}
