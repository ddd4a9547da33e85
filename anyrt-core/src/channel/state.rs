//! What a channel is made of, and its rules; no waker is called here.
//!
//! # Invariants
//!
//! After every change the state is settled:
//!
//! - **Places.** Items in the buffer and places set aside, for waiting senders or for permits, are at
//!   most the capacity, and while there is a free place no sender waits that could take it. A granted
//!   sender still has its item: dropped then, it delivers nothing (law P3).
//! - **Items.** As many waiting receivers are granted as there are items, first come first. The item
//!   of the n-th granted receiver is the n-th item, so that order holds whoever is polled first
//!   (law F1); a receiver that comes later takes the first item behind them. Promised items lie
//!   apart, before the buffer, and are in the channel (in a rendezvous: with their senders) until
//!   their receivers are polled, so a receiver that is dropped has taken nothing.
//! - **Rendezvous.** A waiting sender holds its item out in its entry; it is granted when a receiver
//!   has taken that. What a cancelled sender holds out is not there to be taken (law P1). A sender that
//!   leaves takes its item along, and the last grant is taken back.
//! - **Closed clones.** The waiters of a closed clone stand in no queue, and nothing is set aside for
//!   them, whether they are polled again or not.
//! - **Cost.** Where nobody waits, an operation looks at no queue.

mod receiving;
mod sending;

use std::collections::VecDeque;
use std::task::Waker;

use super::statistics::ChannelStatistics;
use crate::deferred::Deferred;
use crate::wait_list::{Standing, WaitList};

pub(super) struct State<T> {
    /// The items that are promised to granted receivers, in the order of grants.
    promised_items: VecDeque<T>,
    /// The items that are promised to nobody.
    buffer: VecDeque<T>,
    /// `usize::MAX` is unbounded; 0 is a rendezvous.
    capacity: usize,
    /// Places that permits hold, or that are granted to senders which were not polled since.
    reserved: usize,
    /// Receivers that are granted an item and have not been polled since.
    promised: usize,
    senders: usize,
    receivers: usize,
    waiting_senders: WaitList<Offer<T>>,
    waiting_receivers: WaitList<CloneId>,
    /// Who waits for the last receiver to go.
    waiting_for_end: WaitList<CloneId>,
    next_clone: CloneId,
}

/// Tells the clones of one side apart, so that closing one wakes its own waiters only.
pub(super) type CloneId = u64;

struct Offer<T> {
    clone: CloneId,
    /// In a rendezvous only.
    item: Option<T>,
}

/// What an operation has come to.
pub(super) enum Progress<T> {
    /// It has what it wanted.
    Done(T),
    Waiting,
    Closed,
}

impl<T> State<T> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        Self {
            promised_items: VecDeque::new(),
            buffer: VecDeque::new(),
            capacity: capacity.unwrap_or(usize::MAX),
            reserved: 0,
            promised: 0,
            senders: 0,
            receivers: 0,
            waiting_senders: WaitList::new(),
            waiting_receivers: WaitList::new(),
            waiting_for_end: WaitList::new(),
            next_clone: 0,
        }
    }

    pub(super) fn is_rendezvous(&self) -> bool {
        self.capacity == 0
    }

    /// Whether there is an item that is promised to nobody.
    fn has_free_item(&self) -> bool {
        if self.is_rendezvous() {
            self.has_held_out(self.promised)
        } else {
            !self.buffer.is_empty()
        }
    }

    /// Whether a sender holds out the item at a place in the order.
    fn has_held_out(&self, place: usize) -> bool {
        self.waiting_senders.nth_eligible(place).is_some()
    }

    fn count_items(&self) -> usize {
        self.promised_items.len() + self.buffer.len()
    }

    fn has_place(&self) -> bool {
        self.count_items() + self.reserved < self.capacity
    }

    fn settle(&mut self, deferred: &mut Deferred) {
        self.settle_senders(deferred);
        self.settle_receivers(deferred);
    }

    fn settle_senders(&mut self, deferred: &mut Deferred) {
        while self.waiting_senders.has_waiting()
            && self.has_place()
            && let Some(first) = self.waiting_senders.first_eligible(deferred)
        {
            self.waiting_senders.grant(first, deferred);
            self.reserved += 1;
        }
    }

    fn settle_receivers(&mut self, deferred: &mut Deferred) {
        if self.is_rendezvous() {
            while self.promised > 0 && !self.has_held_out(self.promised - 1) {
                self.waiting_receivers.revoke_last();
                self.promised -= 1;
            }
        }
        while self.waiting_receivers.has_waiting()
            && self.has_free_item()
            && let Some(first) = self.waiting_receivers.first_eligible(deferred)
        {
            self.waiting_receivers.grant(first, deferred);
            self.promised += 1;
            if let Some(item) = self.buffer.pop_front() {
                self.promised_items.push_back(item);
            }
        }
        if self.is_over() {
            self.waiting_receivers.wake_waiting(deferred);
        }
    }

    /// Forgets what was promised to so many receivers that have left.
    fn withdraw_promises(&mut self, count: usize) {
        for _ in 0..count {
            self.promised -= 1;
            if let Some(item) = self.promised_items.pop_back() {
                self.buffer.push_front(item);
            }
        }
    }

    pub(super) fn has_senders(&self) -> bool {
        self.senders > 0
    }

    pub(super) fn has_receivers(&self) -> bool {
        self.receivers > 0
    }

    /// Whether nothing will be received any more.
    pub(super) fn is_over(&self) -> bool {
        self.senders == 0 && self.count_items() == 0 && !self.has_held_out(0)
    }

    fn next_clone(&mut self) -> CloneId {
        self.next_clone += 1;
        self.next_clone
    }

    pub(super) fn add_sender(&mut self) -> CloneId {
        self.senders += 1;
        self.next_clone()
    }

    pub(super) fn add_receiver(&mut self) -> CloneId {
        self.receivers += 1;
        self.next_clone()
    }

    pub(super) fn close_sender(&mut self, clone: CloneId, deferred: &mut Deferred) {
        self.senders -= 1;
        let closed = self.waiting_senders.close(|offer| offer.clone == clone, deferred);
        if !self.is_rendezvous() {
            self.reserved -= count_granted(&closed);
        }
        self.waiting_for_end.close(|waiting| *waiting == clone, deferred);
        self.settle(deferred);
    }

    /// Closes a clone; gives the items that nobody can receive any more.
    pub(super) fn close_receiver(
        &mut self,
        clone: CloneId,
        deferred: &mut Deferred,
    ) -> VecDeque<T> {
        self.receivers -= 1;
        let closed = self.waiting_receivers.close(|waiting| *waiting == clone, deferred);
        self.withdraw_promises(count_granted(&closed));
        if self.receivers > 0 {
            self.settle(deferred);
            return VecDeque::new();
        }
        self.waiting_senders.wake_waiting(deferred);
        self.waiting_for_end.wake_waiting(deferred);
        std::mem::take(&mut self.buffer)
    }

    pub(super) fn enqueue_end(&mut self, clone: CloneId, waker: &Waker) -> usize {
        self.waiting_for_end.push_back(clone, waker)
    }

    pub(super) fn renew_end(&mut self, key: usize, waker: &Waker, deferred: &mut Deferred) {
        self.waiting_for_end.renew(key, waker, deferred);
    }

    pub(super) fn withdraw_end(&mut self, key: usize, deferred: &mut Deferred) {
        self.waiting_for_end.remove(key, deferred);
    }

    pub(super) fn statistics(&self) -> ChannelStatistics {
        ChannelStatistics {
            used: self.count_items(),
            reserved: self.reserved,
            capacity: Some(self.capacity).filter(|capacity| *capacity < usize::MAX),
            senders: self.senders,
            receivers: self.receivers,
            waiting_senders: self.waiting_senders.len(),
            waiting_receivers: self.waiting_receivers.len(),
        }
    }
}

fn count_granted(closed: &[Standing]) -> usize {
    closed.iter().filter(|was| **was == Standing::Granted).count()
}
