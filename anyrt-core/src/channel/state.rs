//! What a channel is made of, and its rules; no waker is called here.
//!
//! # Invariants
//!
//! After every change the state is settled:
//!
//! - **Places.** Items in the buffer and places granted to waiting senders are at most the capacity,
//!   and while there is a free place no sender waits that could take it. A granted sender still has
//!   its item: dropped then, it delivers nothing (law P3).
//! - **Items.** As many waiting receivers are granted as there are items, first come first. The item
//!   of the n-th granted receiver is the n-th item, so that order holds whoever is polled first
//!   (law F1); a receiver that comes later takes the first item behind them. An item stays in the
//!   buffer (in a rendezvous: with its sender) until its receiver is polled, so a receiver that is
//!   dropped has taken nothing.
//! - **Rendezvous.** A waiting sender has its item in its entry; it is granted when a receiver has
//!   taken that. A sender that leaves takes its item along, and the last grant is taken back.

use std::collections::VecDeque;
use std::task::Waker;

use crate::wait_list::{Deferred, WaitList};

pub(super) struct State<T> {
    buffer: VecDeque<T>,
    /// None is unbounded; 0 is a rendezvous.
    capacity: Option<usize>,
    /// Places that are granted to senders which have not been polled since.
    reserved: usize,
    /// Items that waiting senders of a rendezvous hold out.
    offered: usize,
    /// Receivers that are granted an item and have not been polled since.
    promised: usize,
    senders: usize,
    receivers: usize,
    waiting_senders: WaitList<Offer<T>>,
    waiting_receivers: WaitList<CloneId>,
    next_clone: CloneId,
}

/// Tells the clones of one side apart, so that closing one wakes its own waiters only.
pub(super) type CloneId = u64;

struct Offer<T> {
    clone: CloneId,
    /// In a rendezvous only.
    item: Option<T>,
}

/// How a waiting operation stands.
pub(super) enum Standing<T> {
    /// It has what it waited for.
    Done(T),
    Waiting,
    Closed,
}

/// What a channel tells about itself; both ends agree on it at every step (law H6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelStatistics {
    /// The items in the buffer.
    pub used: usize,
    /// How many items it may hold; `None` is any number.
    pub capacity: Option<usize>,
    /// The open clones of the sender.
    pub senders: usize,
    /// The open clones of the receiver.
    pub receivers: usize,
    /// The sends that wait.
    pub waiting_senders: usize,
    /// The receives that wait.
    pub waiting_receivers: usize,
}

impl<T> State<T> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        Self {
            buffer: VecDeque::new(),
            capacity,
            reserved: 0,
            offered: 0,
            promised: 0,
            senders: 0,
            receivers: 0,
            waiting_senders: WaitList::new(),
            waiting_receivers: WaitList::new(),
            next_clone: 0,
        }
    }

    fn is_rendezvous(&self) -> bool {
        self.capacity == Some(0)
    }

    /// Items that a receiver could take.
    fn items(&self) -> usize {
        self.buffer.len() + self.offered
    }

    fn has_place(&self) -> bool {
        self.capacity.is_none_or(|capacity| self.buffer.len() + self.reserved < capacity)
    }

    fn settle(&mut self, deferred: &mut Deferred) {
        self.settle_senders(deferred);
        self.settle_receivers(deferred);
    }

    fn settle_senders(&mut self, deferred: &mut Deferred) {
        if self.is_rendezvous() || self.waiting_senders.is_empty() {
            return;
        }
        let free = self
            .capacity
            .map_or(0, |capacity| capacity.saturating_sub(self.buffer.len() + self.reserved));
        let mut granted = 0;
        self.waiting_senders.for_each(|sender| {
            if granted == free {
                return false;
            }
            if sender.is_granted {
                return true;
            }
            if sender.is_cancelled() {
                sender.wake(deferred);
                return true;
            }
            sender.grant(deferred);
            granted += 1;
            true
        });
        self.reserved += granted;
    }

    fn settle_receivers(&mut self, deferred: &mut Deferred) {
        if self.waiting_receivers.is_empty() {
            return;
        }
        let items = self.items();
        let mut at = self.waiting_receivers.tail();
        while let Some(key) = at.filter(|_| self.promised > items) {
            at = self.waiting_receivers.before(key);
            let receiver = self.waiting_receivers.get_mut(key);
            if receiver.is_granted {
                receiver.is_granted = false;
                // It lost its waker with the grant, so it has to look again.
                self.promised -= 1;
            }
        }
        let promised = &mut self.promised;
        self.waiting_receivers.for_each(|receiver| {
            if *promised == items {
                return false;
            }
            if receiver.is_granted {
                return true;
            }
            if receiver.is_cancelled() {
                receiver.wake(deferred);
                return true;
            }
            receiver.grant(deferred);
            *promised += 1;
            true
        });
        if self.senders == 0 && items == 0 {
            self.wake_receivers(deferred, |_| true);
        }
    }

    fn wake_receivers(&mut self, deferred: &mut Deferred, which: impl Fn(CloneId) -> bool) {
        self.waiting_receivers.for_each(|receiver| {
            if which(receiver.data) {
                receiver.wake(deferred);
            }
            true
        });
    }

    fn wake_senders(&mut self, deferred: &mut Deferred, which: impl Fn(CloneId) -> bool) {
        self.waiting_senders.for_each(|sender| {
            if which(sender.data.clone) {
                sender.wake(deferred);
            }
            true
        });
    }

    // Senders.

    pub(super) fn add_sender(&mut self) -> CloneId {
        self.senders += 1;
        self.next_clone += 1;
        self.next_clone
    }

    pub(super) fn close_sender(&mut self, clone: CloneId, deferred: &mut Deferred) {
        self.senders -= 1;
        self.wake_senders(deferred, |waiting| waiting == clone);
        self.settle(deferred);
    }

    /// Puts an item in if that needs no waiting; else it stays where it is.
    pub(super) fn try_send(
        &mut self,
        item: &mut Option<T>,
        deferred: &mut Deferred,
    ) -> Standing<()> {
        if self.receivers == 0 {
            return Standing::Closed;
        }
        if !self.has_place() {
            return Standing::Waiting;
        }
        self.buffer.extend(item.take());
        self.settle_receivers(deferred);
        Standing::Done(())
    }

    /// Takes a place in the queue of senders.
    pub(super) fn enqueue_send(
        &mut self,
        clone: CloneId,
        item: &mut Option<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> usize {
        let held_out = if self.is_rendezvous() { item.take() } else { None };
        self.offered += usize::from(held_out.is_some());
        let key = self.waiting_senders.push_back(Offer { clone, item: held_out }, waker);
        self.settle_receivers(deferred);
        key
    }

    /// Looks after a send that waits; the entry is gone unless it goes on waiting.
    pub(super) fn continue_send(
        &mut self,
        key: usize,
        is_closed: bool,
        item: &mut Option<T>,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Standing<()> {
        if !self.waiting_senders.get(key).is_granted {
            self.waiting_senders.renew(key, waker, deferred);
            self.settle_senders(deferred);
        }
        let is_granted = self.waiting_senders.get(key).is_granted;
        let is_taken = is_granted && self.is_rendezvous();
        if is_taken {
            self.withdraw_send(key, item, deferred);
            return Standing::Done(());
        }
        if is_closed || self.receivers == 0 {
            self.withdraw_send(key, item, deferred);
            return Standing::Closed;
        }
        if !is_granted {
            return Standing::Waiting;
        }
        self.waiting_senders.remove(key, deferred);
        self.reserved -= 1;
        self.buffer.extend(item.take());
        self.settle(deferred);
        Standing::Done(())
    }

    /// Takes a send out of the queue, with its item.
    pub(super) fn withdraw_send(
        &mut self,
        key: usize,
        item: &mut Option<T>,
        deferred: &mut Deferred,
    ) {
        let (offer, was_granted) = self.waiting_senders.remove(key, deferred);
        if self.is_rendezvous() {
            self.offered -= usize::from(offer.item.is_some());
            if offer.item.is_some() {
                *item = offer.item;
            }
        } else if was_granted {
            self.reserved -= 1;
        }
        self.settle(deferred);
    }

    pub(super) fn is_send_done(&self, key: usize) -> bool {
        self.waiting_senders.get(key).is_granted
    }

    // Receivers.

    pub(super) fn add_receiver(&mut self) -> CloneId {
        self.receivers += 1;
        self.next_clone += 1;
        self.next_clone
    }

    /// Closes a clone; gives the items that nobody can receive any more.
    pub(super) fn close_receiver(
        &mut self,
        clone: CloneId,
        deferred: &mut Deferred,
    ) -> VecDeque<T> {
        self.receivers -= 1;
        self.wake_receivers(deferred, |waiting| waiting == clone);
        if self.receivers > 0 {
            self.settle(deferred);
            return VecDeque::new();
        }
        self.wake_senders(deferred, |_| true);
        let items = std::mem::take(&mut self.buffer);
        self.settle_receivers(deferred);
        items
    }

    /// Takes the first item that is promised to nobody.
    pub(super) fn try_recv(&mut self, deferred: &mut Deferred) -> Standing<T> {
        if self.items() > self.promised {
            return match self.take_item(self.promised, deferred) {
                Some(item) => Standing::Done(item),
                None => Standing::Waiting,
            };
        }
        if self.senders == 0 && self.items() == 0 { Standing::Closed } else { Standing::Waiting }
    }

    pub(super) fn enqueue_recv(&mut self, clone: CloneId, waker: &Waker) -> usize {
        self.waiting_receivers.push_back(clone, waker)
    }

    /// Looks after a receive that waits; the entry is gone unless it goes on waiting.
    pub(super) fn continue_recv(
        &mut self,
        key: usize,
        is_closed: bool,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Standing<T> {
        if is_closed {
            self.withdraw_recv(key, deferred);
            return Standing::Closed;
        }
        if !self.waiting_receivers.get(key).is_granted {
            self.waiting_receivers.renew(key, waker, deferred);
            self.settle_receivers(deferred);
        }
        if self.waiting_receivers.get(key).is_granted {
            let rank = self.rank(key);
            self.waiting_receivers.remove(key, deferred);
            self.promised -= 1;
            if let Some(item) = self.take_item(rank, deferred) {
                return Standing::Done(item);
            }
        } else if self.senders == 0 && self.items() == 0 {
            self.withdraw_recv(key, deferred);
            return Standing::Closed;
        }
        Standing::Waiting
    }

    /// Takes a receive out of the queue; what it was promised passes on.
    pub(super) fn withdraw_recv(&mut self, key: usize, deferred: &mut Deferred) {
        let (_, was_granted) = self.waiting_receivers.remove(key, deferred);
        self.promised -= usize::from(was_granted);
        self.settle_receivers(deferred);
    }

    pub(super) fn is_recv_granted(&self, key: usize) -> bool {
        self.waiting_receivers.get(key).is_granted
    }

    /// How many granted receivers came before this one.
    fn rank(&self, key: usize) -> usize {
        let mut rank = 0;
        let mut at = self.waiting_receivers.before(key);
        while let Some(before) = at {
            rank += usize::from(self.waiting_receivers.get(before).is_granted);
            at = self.waiting_receivers.before(before);
        }
        rank
    }

    /// Takes the item at a place in the order, and gives its place to the next sender.
    fn take_item(&mut self, place: usize, deferred: &mut Deferred) -> Option<T> {
        let item = if self.is_rendezvous() {
            self.take_offer(place, deferred)
        } else {
            self.buffer.remove(place)
        };
        self.settle(deferred);
        item
    }

    fn take_offer(&mut self, place: usize, deferred: &mut Deferred) -> Option<T> {
        let mut at = self.waiting_senders.head();
        let mut passed = 0;
        while let Some(key) = at {
            let sender = self.waiting_senders.get_mut(key);
            if sender.data.item.is_some() {
                if passed == place {
                    let item = sender.data.item.take();
                    sender.grant(deferred);
                    self.offered -= 1;
                    return item;
                }
                passed += 1;
            }
            at = self.waiting_senders.after(key);
        }
        None
    }

    pub(super) fn statistics(&self) -> ChannelStatistics {
        ChannelStatistics {
            used: self.buffer.len(),
            capacity: self.capacity,
            senders: self.senders,
            receivers: self.receivers,
            waiting_senders: self.waiting_senders.len(),
            waiting_receivers: self.waiting_receivers.len(),
        }
    }
}
