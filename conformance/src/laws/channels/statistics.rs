//! H6: what both ends tell of the channel.

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::step;

pub(super) fn h6<B: Backend + Toplevel>(backend: &B) {
    backend.run(clones_are_counted(backend));
    backend.run(items_and_places_are_counted(backend));
    backend.run(waiters_are_counted(backend, Some(0)));
    backend.run(waiters_are_counted(backend, Some(1)));
    backend.run(waiting_receivers_are_counted(backend, None));
    for capacity in [Some(0), Some(2), None] {
        backend.run(waiting_receivers_are_counted(backend, capacity));
    }
}

/// What is expected: items, places set aside, clones and waiters of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    used: usize,
    reserved: usize,
    clones: (usize, usize),
    waiting: (usize, usize),
}

const NOTHING: Seen = Seen { used: 0, reserved: 0, clones: (1, 1), waiting: (0, 0) };

struct Channel<B: Backend> {
    capacity: Option<usize>,
    sender: B::Sender<usize>,
    receiver: B::Receiver<usize>,
}

impl<B: Backend> Channel<B> {
    fn new(backend: &B, capacity: Option<usize>) -> Self {
        let (sender, receiver) = match capacity {
            Some(capacity) => backend.bounded(capacity),
            None => backend.unbounded(),
        };
        Self { capacity, sender, receiver }
    }

    #[track_caller]
    fn expect(&self, after: &str, expected: Seen) {
        let (one, other) = (self.sender.statistics(), self.receiver.statistics());
        assert_eq!(one, other, "capacity {:?}, {after}: sender and receiver", self.capacity);
        assert_eq!(one.capacity, self.capacity, "{after}: the capacity");
        let seen = Seen {
            used: one.used,
            reserved: one.reserved,
            clones: (one.senders, one.receivers),
            waiting: (one.waiting_senders, one.waiting_receivers),
        };
        assert_eq!(seen, expected, "capacity {:?}, {after}", self.capacity);
    }
}

async fn clones_are_counted<B: Backend>(backend: &B) {
    let channel = Channel::new(backend, Some(3));
    channel.expect("at first", NOTHING);
    let more = (channel.sender.clone(), channel.sender.clone(), channel.receiver.clone());
    channel.expect("cloned", Seen { clones: (3, 2), ..NOTHING });
    more.0.close();
    more.0.close();
    channel.expect("one clone closed", Seen { clones: (2, 2), ..NOTHING });
    drop(more.0);
    channel.expect("what is closed was dropped", Seen { clones: (2, 2), ..NOTHING });
    drop(more.1);
    channel.expect("one clone dropped", Seen { clones: (1, 2), ..NOTHING });
    drop(more.2);
    channel.expect("the receiver's clone dropped", NOTHING);
    channel.sender.close();
    channel.expect("the last sender closed", Seen { clones: (0, 1), ..NOTHING });
    channel.receiver.close();
    channel.expect("all is closed", Seen { clones: (0, 0), ..NOTHING });
}

async fn items_and_places_are_counted<B: Backend>(backend: &B) {
    for capacity in [Some(3), None] {
        let channel = Channel::new(backend, capacity);
        for used in 1..=2 {
            channel.sender.send(used).await.expect("there is a place");
            channel.expect("sent", Seen { used, ..NOTHING });
        }
        if capacity.is_some() {
            let permit = channel.sender.reserve().await.expect("there is a place");
            let held = channel.sender.statistics();
            assert_eq!((held.used, held.reserved), (2, 1), "a place is held");
            assert_eq!(held, channel.receiver.statistics(), "a place is held");
            permit.send(3).expect("the channel is open");
            channel.expect("sent into the place", Seen { used: 3, ..NOTHING });
            assert_eq!(channel.receiver.recv().await, Ok(1), "the first item");
        } else {
            assert_eq!(channel.receiver.recv().await, Ok(1), "the first item");
            channel.sender.try_send(3).expect("there is always a place");
        }
        channel.expect("received and sent", Seen { used: 2, ..NOTHING });
        for used in [1, 0] {
            channel.receiver.try_recv().expect("there is an item");
            channel.expect("received", Seen { used, ..NOTHING });
        }
    }
}

async fn waiters_are_counted<B: Backend>(backend: &B, capacity: Option<usize>) {
    let channel = Channel::new(backend, capacity);
    let used = capacity.unwrap_or(0);
    for item in 0..used {
        channel.sender.send(item).await.expect("there is a place");
    }
    let full = Seen { used, ..NOTHING };
    let mut sends: Vec<_> = (0..3).map(|item| Box::pin(channel.sender.send(item))).collect();
    channel.expect("nothing was polled", full);
    for (count, send) in sends.iter_mut().enumerate() {
        assert!(step(send).await.is_pending(), "sent without a place");
        channel.expect("a send waits", Seen { waiting: (count + 1, 0), ..full });
    }
    drop(sends.remove(1));
    channel.expect("a send that waits was dropped", Seen { waiting: (2, 0), ..full });
    assert!(channel.receiver.recv().await.is_ok(), "there is an item");
    drop(sends);
    channel.expect("all sends were dropped", Seen { used: 0, ..NOTHING });
}

async fn waiting_receivers_are_counted<B: Backend>(backend: &B, capacity: Option<usize>) {
    let channel = Channel::new(backend, capacity);
    let mut receives: Vec<_> = (0..3).map(|_| Box::pin(channel.receiver.recv())).collect();
    channel.expect("nothing was polled", NOTHING);
    for (count, receive) in receives.iter_mut().enumerate() {
        assert!(step(receive).await.is_pending(), "received from an empty channel");
        channel.expect("a receive waits", Seen { waiting: (0, count + 1), ..NOTHING });
    }
    drop(receives.remove(0));
    channel.expect("a receive that waits was dropped", Seen { waiting: (0, 2), ..NOTHING });
    drop(receives);
    channel.expect("all receives were dropped", NOTHING);
}
