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
//!   has taken that. A sender that leaves takes its item along, and the last grant is taken back.
//! - **Closed clones.** The waiters of a closed clone stand in no queue, and nothing is set aside for
//!   them, whether they are polled again or not.

use std::collections::VecDeque;
use std::task::Waker;

use crate::wait_list::{self, Deferred, WaitList};

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

/// What an operation has come to.
pub(super) enum Progress<T> {
    /// It has what it wanted.
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
        for (key, standing) in closed {
            self.forget_send(key, standing);
        }
        self.settle(deferred);
    }

    /// Takes back what a send that leaves had set aside or held out.
    fn forget_send(&mut self, key: usize, standing: wait_list::Standing) {
        if self.is_rendezvous() {
            self.offered -= usize::from(self.waiting_senders.data(key).item.is_some());
        } else if standing == wait_list::Standing::Granted {
            self.reserved -= 1;
        }
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
        self.offered += usize::from(held_out.is_some());
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
        if self.waiting_senders.standing(key) == wait_list::Standing::Waiting {
            self.waiting_senders.renew(key, waker, deferred);
            self.settle_senders(deferred);
        }
        if self.is_taken(key) {
            self.waiting_senders.remove(key, deferred);
            return Progress::Done(());
        }
        let standing = self.waiting_senders.standing(key);
        if standing == wait_list::Standing::Closed || self.receivers == 0 {
            self.withdraw_send(key, item, deferred);
            return Progress::Closed;
        }
        if standing == wait_list::Standing::Waiting {
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
        let standing = self.waiting_senders.standing(key);
        if standing != wait_list::Standing::Closed {
            self.forget_send(key, standing);
        }
        let (offer, _) = self.waiting_senders.remove(key, deferred);
        if offer.item.is_some() {
            *item = offer.item;
        }
        self.settle(deferred);
    }

    /// Whether a waiting send is committed: it has a place, or its item was taken.
    pub(super) fn is_send_committed(&self, key: usize) -> bool {
        self.waiting_senders.standing(key) == wait_list::Standing::Granted || self.is_taken(key)
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
        let granted = closed.iter().filter(|(_, was)| *was == wait_list::Standing::Granted);
        self.promised -= granted.count();
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
            return match self.take_item(self.promised, deferred) {
                Some(item) => Progress::Done(item),
                None => Progress::Waiting,
            };
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
        if self.waiting_receivers.standing(key) == wait_list::Standing::Waiting {
            self.waiting_receivers.renew(key, waker, deferred);
            self.settle_receivers(deferred);
        }
        match self.waiting_receivers.standing(key) {
            wait_list::Standing::Granted => {
                let rank = self.waiting_receivers.rank(key);
                self.waiting_receivers.remove(key, deferred);
                self.promised -= 1;
                match self.take_item(rank, deferred) {
                    Some(item) => Progress::Done(item),
                    None => unreachable!("there is an item for each receiver that was granted one"),
                }
            }
            wait_list::Standing::Waiting if self.senders > 0 || self.items() > 0 => {
                Progress::Waiting
            }
            wait_list::Standing::Waiting | wait_list::Standing::Closed => {
                self.waiting_receivers.remove(key, deferred);
                Progress::Closed
            }
        }
    }

    /// Takes a receive out of the queue; what it was promised passes on.
    pub(super) fn withdraw_recv(&mut self, key: usize, deferred: &mut Deferred) {
        let (_, standing) = self.waiting_receivers.remove(key, deferred);
        self.promised -= usize::from(standing == wait_list::Standing::Granted);
        self.settle_receivers(deferred);
    }

    /// Whether a waiting receive is committed: there is an item for it.
    pub(super) fn is_recv_committed(&self, key: usize) -> bool {
        self.waiting_receivers.standing(key) == wait_list::Standing::Granted
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
        let mut at = self.waiting_senders.first_waiting();
        for _ in 0..place {
            at = self.waiting_senders.after(at?);
        }
        let key = at?;
        let item = self.waiting_senders.data_mut(key).item.take();
        self.waiting_senders.grant(key, deferred);
        self.offered -= 1;
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
