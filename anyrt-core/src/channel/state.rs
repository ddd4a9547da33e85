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
//! - **Rendezvous.** A waiting sender holds its item out in its entry; it is granted when a receiver
//!   has taken that. What a cancelled sender holds out is not there to be taken (law P1). A sender that
//!   leaves takes its item along, and the last grant is taken back.
//! - **Closed clones.** The waiters of a closed clone stand in no queue, and nothing is set aside for
//!   them, whether they are polled again or not.

use std::collections::VecDeque;
use std::task::Waker;

use crate::wait_list::{Deferred, Standing, WaitList};

pub(super) struct State<T> {
    buffer: VecDeque<T>,
    /// None is unbounded; 0 is a rendezvous.
    capacity: Option<usize>,
    /// Places that are granted to senders which have not been polled since.
    reserved: usize,
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

/// What an operation has come to.
pub(super) enum Progress<T> {
    /// It has what it wanted.
    Done(T),
    Waiting,
    Closed,
}

/// What a channel tells about itself.
///
/// Both ends agree on it at every step (law H6).
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
        if self.is_rendezvous() { self.waiting_senders.count_eligible() } else { self.buffer.len() }
    }

    fn has_place(&self) -> bool {
        self.capacity.is_none_or(|capacity| self.buffer.len() + self.reserved < capacity)
    }

    fn settle(&mut self, deferred: &mut Deferred) {
        self.settle_senders(deferred);
        self.settle_receivers(deferred);
    }

    fn settle_senders(&mut self, deferred: &mut Deferred) {
        if self.is_rendezvous() {
            return;
        }
        while self.has_place()
            && let Some(first) = self.waiting_senders.first_eligible(deferred)
        {
            self.waiting_senders.grant(first, deferred);
            self.reserved += 1;
        }
    }

    fn settle_receivers(&mut self, deferred: &mut Deferred) {
        let items = self.items();
        while self.promised > items {
            self.waiting_receivers.revoke_last();
            self.promised -= 1;
        }
        while self.promised < items
            && let Some(first) = self.waiting_receivers.first_eligible(deferred)
        {
            self.waiting_receivers.grant(first, deferred);
            self.promised += 1;
        }
        if self.senders == 0 && items == 0 {
            self.waiting_receivers.wake_waiting(deferred);
        }
    }

    // Senders.

    pub(super) fn add_sender(&mut self) -> CloneId {
        self.senders += 1;
        self.next_clone += 1;
        self.next_clone
    }

    pub(super) fn close_sender(&mut self, clone: CloneId, deferred: &mut Deferred) {
        self.senders -= 1;
        let closed = self.waiting_senders.close(|offer| offer.clone == clone, deferred);
        let granted = closed.iter().filter(|was| **was == Standing::Granted).count();
        if !self.is_rendezvous() {
            self.reserved -= granted;
        }
        self.settle(deferred);
    }

    /// Puts an item in if that needs no waiting; else it stays where it is.
    pub(super) fn try_send(
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
        self.buffer.extend(item.take());
        self.settle_receivers(deferred);
        Progress::Done(())
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
        let key = self.waiting_senders.push_back(Offer { clone, item: held_out }, waker);
        self.settle_receivers(deferred);
        key
    }

    /// Looks after a send that waits; the entry is gone unless it goes on waiting.
    pub(super) fn continue_send(
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
        self.settle(deferred);
        Progress::Done(())
    }

    /// Takes a send out of the queue, with its item.
    pub(super) fn withdraw_send(
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
    pub(super) fn is_send_committed(&self, key: usize) -> bool {
        self.waiting_senders.standing(key) == Standing::Granted || self.is_taken(key)
    }

    /// Whether a receiver has taken the item of a waiting send.
    fn is_taken(&self, key: usize) -> bool {
        self.is_rendezvous() && self.waiting_senders.data(key).item.is_none()
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
        let closed = self.waiting_receivers.close(|waiting| *waiting == clone, deferred);
        self.promised -= closed.iter().filter(|was| **was == Standing::Granted).count();
        if self.receivers > 0 {
            self.settle(deferred);
            return VecDeque::new();
        }
        self.waiting_senders.wake_waiting(deferred);
        std::mem::take(&mut self.buffer)
    }

    /// Takes the first item that is promised to nobody.
    pub(super) fn try_recv(&mut self, deferred: &mut Deferred) -> Progress<T> {
        if self.items() > self.promised {
            let item = self.take_item(self.promised, deferred);
            self.settle(deferred);
            return item.map_or(Progress::Waiting, Progress::Done);
        }
        if self.senders == 0 && self.items() == 0 { Progress::Closed } else { Progress::Waiting }
    }

    pub(super) fn enqueue_recv(&mut self, clone: CloneId, waker: &Waker) -> usize {
        self.waiting_receivers.push_back(clone, waker)
    }

    /// Looks after a receive that waits; the entry is gone unless it goes on waiting.
    pub(super) fn continue_recv(
        &mut self,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Progress<T> {
        if self.waiting_receivers.standing(key) != Standing::Closed {
            self.waiting_receivers.renew(key, waker, deferred);
            self.settle_receivers(deferred);
        }
        match self.waiting_receivers.standing(key) {
            Standing::Granted => {
                let rank = self.waiting_receivers.rank(key);
                let Some(item) = self.take_item(rank, deferred) else {
                    // The sender that held it out was cancelled in this moment.
                    self.waiting_receivers.revoke(key);
                    self.promised -= 1;
                    return Progress::Waiting;
                };
                self.waiting_receivers.remove(key, deferred);
                self.promised -= 1;
                self.settle(deferred);
                Progress::Done(item)
            }
            Standing::Waiting if self.senders > 0 || self.items() > 0 => Progress::Waiting,
            Standing::Waiting | Standing::Closed => {
                self.waiting_receivers.remove(key, deferred);
                Progress::Closed
            }
        }
    }

    /// Takes a receive out of the queue; what it was promised passes on.
    pub(super) fn withdraw_recv(&mut self, key: usize, deferred: &mut Deferred) {
        let (_, standing) = self.waiting_receivers.remove(key, deferred);
        self.promised -= usize::from(standing == Standing::Granted);
        self.settle_receivers(deferred);
    }

    /// Whether a waiting receive is committed: there is an item for it.
    pub(super) fn is_recv_committed(&self, key: usize) -> bool {
        self.waiting_receivers.standing(key) == Standing::Granted
    }

    /// Takes the item at a place in the order; [`settle`](Self::settle) gives its place away.
    fn take_item(&mut self, place: usize, deferred: &mut Deferred) -> Option<T> {
        if !self.is_rendezvous() {
            return self.buffer.remove(place);
        }
        let sender = self.waiting_senders.nth_eligible(place)?;
        let item = self.waiting_senders.data_mut(sender).item.take();
        self.waiting_senders.grant(sender, deferred);
        item
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
