//! Each operation is dropped in each state, against a model: nothing is lost, nothing comes twice.

use std::cell::RefCell;

use anyrt_core::channel::{self, Closed, Queue, Receiver, Sender};
use futures_util::{SinkExt, StreamExt};

use crate::poll::{poll, trial};

/// A channel, and what became of the items.
struct World {
    sender: Sender<u32>,
    receiver: Receiver<u32>,
    sent: RefCell<Vec<u32>>,
    received: RefCell<Vec<u32>>,
}

impl World {
    /// Holds at most so many items, and these from the start.
    fn new(capacity: usize, items: &[u32]) -> Self {
        let (sender, receiver) = channel::bounded(capacity);
        for item in items {
            sender.try_send(*item).expect("a place for what is there from the start");
        }
        let sent = RefCell::new(items.to_vec());
        Self { sender, receiver, sent, received: RefCell::default() }
    }

    async fn send(&self, item: u32) {
        if self.sender.send(item).await.is_ok() {
            self.sent.borrow_mut().push(item);
        }
    }

    fn try_send(&self, item: u32) {
        if self.sender.try_send(item).is_ok() {
            self.sent.borrow_mut().push(item);
        }
    }

    async fn recv(&self) {
        let received = self.receiver.recv().await;
        self.received.borrow_mut().extend(received);
    }

    fn try_recv(&self) {
        self.received.borrow_mut().extend(self.receiver.try_recv());
    }

    /// What was sent is what was received, in this order; nobody waits, and every place is free.
    fn check(self, state: &str) {
        while let Ok(item) = self.receiver.try_recv() {
            self.received.borrow_mut().push(item);
        }
        assert_eq!(self.received, self.sent, "received and sent, {state}");
        let statistics = self.sender.statistics();
        assert_eq!(statistics, self.receiver.statistics(), "both ends, {state}");
        let left = (statistics.waiting_senders, statistics.waiting_receivers, statistics.reserved);
        assert_eq!(left, (0, 0, 0), "waiting on each side, and places held, {state}");
        let fits = (0..10).take_while(|item| self.sender.try_send(*item).is_ok()).count();
        assert_eq!(Some(fits), self.sender.capacity(), "places, {state}");
    }
}

#[test]
fn a_send_to_a_full_channel() {
    trial(|| World::new(1, &[1]))
        .then(World::try_recv)
        .then(World::try_recv)
        .drop_everywhere(|world| Box::pin(world.send(2)), |world, _, state| world.check(state));
}

#[test]
fn a_send_to_a_full_channel_that_others_want_into() {
    trial(|| World::new(1, &[1]))
        .then(World::try_recv)
        .then(World::try_recv)
        .then(World::try_recv)
        .drop_everywhere(
            |world| {
                Box::pin(async {
                    let mut first = Box::pin(world.send(2));
                    let mut second = Box::pin(world.send(3));
                    std::future::poll_fn(|cx| {
                        let first = first.as_mut().poll(cx);
                        let second = second.as_mut().poll(cx);
                        if first.is_ready() { first } else { second }
                    })
                    .await;
                })
            },
            |world, _, state| world.check(state),
        );
}

#[test]
fn a_recv_from_an_empty_channel() {
    trial(|| World::new(2, &[]))
        .then(|world| world.try_send(1))
        .then(|world| world.try_send(2))
        .drop_everywhere(|world| Box::pin(world.recv()), |world, _, state| world.check(state));
}

#[test]
fn a_rendezvous_from_either_side() {
    trial(|| World::new(0, &[]))
        .then(|_| ())
        .then(World::try_recv)
        .then(World::try_recv)
        .drop_everywhere(
            |world| Box::pin(world.send(1)),
            |world, is_done, state| {
                // A receiver may have had it just before it was dropped.
                let received = world.received.borrow().clone();
                assert!(!is_done || received == [1], "{received:?}, {state}");
                *world.sent.borrow_mut() = received;
                world.check(state);
            },
        );
    trial(|| World::new(0, &[]))
        .then(|world| {
            let mut send = Box::pin(world.send(1));
            assert!(poll(&mut send).is_pending(), "the receiver has not been polled");
        })
        .drop_everywhere(
            |world| Box::pin(world.recv()),
            |world, is_done, state| {
                assert!(!is_done, "the sender left with its item, {state}");
                world.check(state);
            },
        );
}

#[test]
fn a_reservation_and_its_permit() {
    trial(|| World::new(1, &[1]))
        .then(World::try_recv)
        .then(World::try_recv)
        .then(World::try_recv)
        .drop_everywhere(
            |world| {
                Box::pin(async {
                    let permit = world.sender.reserve().await.expect("a receiver is there");
                    poll_once_more().await;
                    permit.send(2).expect("a receiver is there");
                    world.sent.borrow_mut().push(2);
                })
            },
            |world, _, state| world.check(state),
        );
    trial(|| World::new(1, &[1])).then(World::try_recv).then(World::try_recv).drop_everywhere(
        |world| {
            Box::pin(async {
                let permit = world.sender.reserve().await.expect("a receiver is there");
                let permit = permit.into_owned();
                poll_once_more().await;
                drop(permit);
            })
        },
        |world, _, state| world.check(state),
    );
}

/// Pending once.
async fn poll_once_more() {
    let mut is_second = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut is_second, true) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

#[test]
fn a_stream_that_is_dropped_with_its_future() {
    trial(|| World::new(2, &[]))
        .then(|world| world.try_send(1))
        .then(|world| world.try_send(2))
        .drop_everywhere(
            |world| {
                Box::pin(async {
                    let mut stream = world.receiver.clone();
                    let received = stream.next().await;
                    world.received.borrow_mut().extend(received);
                })
            },
            |world, _, state| world.check(state),
        );
}

#[test]
fn a_sink_whose_item_is_given_back() {
    trial(|| {
        let world = World::new(1, &[1]);
        let sink = RefCell::new(Some(world.sender.clone().into_sink()));
        (world, sink)
    })
    .then(|(world, _)| world.try_recv())
    .then(|(world, _)| world.try_recv())
    .drop_everywhere(
        |(_, sink)| {
            let mut sink = sink.borrow_mut();
            Box::pin(async move {
                let sink = sink.as_mut().expect("it is put back at the end only");
                sink.send(2).await.expect("a receiver is there");
            })
        },
        |(world, sink), is_done, state| {
            let sink = sink.into_inner().expect("it is put back at the end only");
            let (sender, unsent) = sink.into_inner();
            assert!(world.sender.same_channel(&sender), "{state}");
            assert!(!(is_done && unsent.is_some()), "delivered, and given back, {state}");
            if is_done {
                world.sent.borrow_mut().push(2);
            }
            world.check(state);
        },
    );
}

#[test]
fn a_wait_for_the_receivers_to_go() {
    trial(|| World::new(1, &[])).then(|_| ()).then(|world| world.receiver.close()).drop_everywhere(
        |world| Box::pin(async { world.sender.closed().await }),
        |world, is_done, state| {
            assert!(!is_done || world.sender.is_closed(), "{state}");
            assert_eq!(world.sender.statistics().waiting_senders, 0, "{state}");
        },
    );
}

#[test]
fn a_oneshot_from_either_side() {
    trial(|| {
        let (sender, receiver) = channel::oneshot::<u32>();
        (
            RefCell::new(Some(sender)),
            RefCell::new(receiver),
            RefCell::new(None::<Result<u32, Closed>>),
        )
    })
    .then(|_| ())
    .then(|(sender, ..)| sender.take().expect("sent once").send(7).expect("it is there"))
    .drop_everywhere(
        |(_, receiver, got)| {
            let mut receiver = receiver.borrow_mut();
            Box::pin(async move { *got.borrow_mut() = Some((&mut *receiver).await) })
        },
        |(sender, receiver, got), is_done, state| {
            let is_sent = sender.borrow().is_none();
            let late = receiver.into_inner().try_recv().ok();
            let got = got.into_inner().map(|got| got.expect("it was sent"));
            assert_eq!(got.is_some(), is_done, "{state}");
            assert_eq!(got.or(late), is_sent.then_some(7), "{state}");
            assert!(got.is_none() || late.is_none(), "given twice, {state}");
        },
    );
    trial(|| {
        let (sender, receiver) = channel::oneshot::<u32>();
        (RefCell::new(sender), RefCell::new(Some(receiver)))
    })
    .then(|_| ())
    .then(|(_, receiver)| drop(receiver.take()))
    .drop_everywhere(
        |(sender, _)| {
            let mut sender = sender.borrow_mut();
            Box::pin(async move { sender.closed().await })
        },
        |(sender, receiver), is_done, state| {
            assert!(!is_done || receiver.borrow().is_none(), "{state}");
            let sent = sender.into_inner().send(1).is_ok();
            assert_eq!(sent, receiver.borrow().is_some(), "{state}");
        },
    );
}

#[test]
fn a_broadcast_that_is_waited_for() {
    trial(|| {
        let (sender, receiver) = channel::broadcast::<u32>(2);
        (sender, RefCell::new(receiver), RefCell::new(Vec::<u32>::new()))
    })
    .then(|_| ())
    .then(|(sender, ..)| assert_eq!(sender.send(1), Ok(1)))
    .drop_everywhere(
        |(_, receiver, seen)| {
            let mut receiver = receiver.borrow_mut();
            Box::pin(async move {
                let item = receiver.recv().await;
                seen.borrow_mut().extend(item);
            })
        },
        |(sender, receiver, seen), _, state| {
            sender.send(2).expect("a receiver is there");
            let mut receiver = receiver.into_inner();
            let mut seen = seen.into_inner();
            seen.extend(std::iter::from_fn(|| receiver.try_recv().ok()));
            assert!(matches!(&seen[..], [2] | [1, 2]), "{seen:?}, {state}");
            let statistics = sender.statistics();
            assert_eq!((statistics.used, statistics.waiting_receivers), (0, 0), "{state}");
        },
    );
}

#[test]
fn a_change_that_is_waited_for() {
    trial(|| {
        let (sender, receiver) = channel::watch(0);
        (sender, RefCell::new(receiver))
    })
    .then(|_| ())
    .then(|(sender, _)| sender.send(1).expect("a receiver is there"))
    .drop_everywhere(
        |(_, receiver)| {
            let mut receiver = receiver.borrow_mut();
            Box::pin(async move { receiver.changed().await.expect("a sender is there") })
        },
        |(sender, receiver), is_done, state| {
            let receiver = receiver.into_inner();
            let is_sent = *sender.get() == 1;
            assert_eq!(receiver.has_changed(), is_sent && !is_done, "{state}");
            assert_eq!(sender.statistics().waiting_receivers, 0, "{state}");
        },
    );
}

#[test]
fn the_waits_of_a_queue() {
    let make = || {
        let queue = Queue::new(1);
        queue.put_nowait(1).expect("an empty queue");
        queue
    };
    let take = |queue: &Queue<u32>| {
        if queue.get_nowait().is_ok() {
            queue.task_done().expect("an item was put");
        }
    };
    let check = |queue: Queue<u32>, _: bool, state: &str| {
        let left = std::iter::from_fn(|| queue.get_nowait().ok()).count();
        let statistics = queue.statistics();
        assert_eq!(statistics.unfinished, left, "{state}");
        assert_eq!((statistics.putting, statistics.getting), (0, 0), "{state}");
    };
    trial(make).then(take).then(take).drop_everywhere(
        |queue| Box::pin(async { queue.put(2).await.expect("it is open") }),
        check,
    );
    trial(make).then(|_| ()).then(take).drop_everywhere(|queue| Box::pin(queue.join()), check);
}
