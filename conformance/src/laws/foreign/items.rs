//! X3 for channels: sends and receives that are dropped in any state, against a model.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use anyrt_core::error::{Closed, SendError};
use anyrt_core::{Backend, Receiver, Sender};

use crate::laws::tools::{Alarm, Random};
use crate::support::turns;

const STEPS: usize = 150;

/// How often each item was dropped.
type Drops = Arc<Vec<AtomicUsize>>;

struct Item {
    id: usize,
    drops: Drops,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.drops[self.id].fetch_add(1, Ordering::SeqCst);
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

type Sent = Result<(), SendError<Item>>;

type Received = Result<Item, Closed>;

/// A future of the channel, and what the model knows of it.
struct Waiter<T> {
    future: Boxed<T>,
    alarm: Arc<Alarm>,
    is_queued: bool,
    /// Of a send: its item, and whether a receiver has taken that from its hand.
    item: usize,
    is_taken: bool,
}

impl<T> Waiter<T> {
    fn new(item: usize, future: Boxed<T>) -> Self {
        let alarm = Alarm::new();
        Self { future, alarm, is_queued: false, item, is_taken: false }
    }
}

/// A channel, and what it should be.
struct Model<B: Backend> {
    sender: B::Sender<Item>,
    receiver: B::Receiver<Item>,
    capacity: Option<usize>,
    /// What was sent and not received.
    buffer: Vec<usize>,
    /// Those that wait come first, in their order.
    sends: Vec<Waiter<Sent>>,
    receives: Vec<Waiter<Received>>,
    drops: Drops,
    next: usize,
    received: Vec<usize>,
    /// Items whose send was dropped and came to nothing.
    lost: Vec<usize>,
    context: String,
}

/// Takes random steps, and compares after each.
pub(super) async fn exchanges<B: Backend>(backend: &B, capacity: Option<usize>, seed: u64) {
    let mut random = Random::new(seed);
    let (sender, receiver) = match capacity {
        Some(capacity) => backend.bounded(capacity),
        None => backend.unbounded(),
    };
    let mut model = Model::<B> {
        sender,
        receiver,
        capacity,
        buffer: Vec::new(),
        sends: Vec::new(),
        receives: Vec::new(),
        drops: Arc::new((0..STEPS).map(|_| AtomicUsize::new(0)).collect()),
        next: 0,
        received: Vec::new(),
        lost: Vec::new(),
        context: String::new(),
    };
    for step in 0..STEPS {
        model.context = format!("ANYRT_SEED={seed}, capacity {capacity:?}, step {step}");
        model.step(&mut random).await;
        model.compare();
    }
    model.context = format!("ANYRT_SEED={seed}, capacity {capacity:?}, at the end");
    model.finish(&mut random);
}

impl<B: Backend> Model<B> {
    /// How many items a receiver could have.
    fn items(&self) -> usize {
        match self.capacity {
            Some(0) => self.sends.iter().filter(|send| send.is_queued && !send.is_taken).count(),
            _ => self.buffer.len(),
        }
    }

    fn places(&self) -> usize {
        self.capacity.map_or(usize::MAX, |capacity| capacity - self.buffer.len())
    }

    fn waiting<T>(waiters: &[Waiter<T>]) -> usize {
        waiters.iter().filter(|waiter| waiter.is_queued).count()
    }

    async fn step(&mut self, random: &mut Random) {
        let to_the_end = random.below(3) > 0;
        match random.below(12) {
            0 | 1 => {
                let (sender, item) = (self.sender.clone(), self.item());
                let id = item.id;
                self.sends.push(Waiter::new(id, Box::pin(async move { sender.send(item).await })));
            }
            2 | 3 => {
                let receiver = self.receiver.clone();
                self.receives.push(Waiter::new(0, Box::pin(async move { receiver.recv().await })));
            }
            4 | 5 if !self.sends.is_empty() => {
                self.poll_send(random.below(self.sends.len()), to_the_end).await;
            }
            6 | 7 if !self.receives.is_empty() => {
                self.poll_receive(random.below(self.receives.len()), to_the_end).await;
            }
            8 if !self.sends.is_empty() => self.drop_send(random.below(self.sends.len())),
            9 if !self.receives.is_empty() => {
                let receive = self.receives.remove(random.below(self.receives.len()));
                drop(receive.future);
            }
            10 => self.try_receive(),
            11 if self.capacity != Some(0) => {
                let (item, has_place) = (self.item(), self.places() > Self::waiting(&self.sends));
                let id = item.id;
                let sent = self.sender.try_send(item).is_ok();
                assert_eq!(sent, has_place, "{}: try_send", self.context);
                if sent { self.buffer.push(id) } else { self.lost.push(id) }
            }
            _ => turns(1).await,
        }
    }

    fn item(&mut self) -> Item {
        self.next += 1;
        Item { id: self.next - 1, drops: self.drops.clone() }
    }

    async fn poll_send(&mut self, at: usize, to_the_end: bool) {
        let mut send = self.sends.remove(at);
        let expected = match self.capacity {
            Some(0) => send.is_taken,
            _ if send.is_queued => at < self.places(),
            _ => self.places() > Self::waiting(&self.sends),
        };
        match poll(&mut send, to_the_end).await {
            Some(Poll::Ready(sent)) => {
                assert!(expected && sent.is_ok(), "{}: a send ended out of turn", self.context);
                if self.capacity != Some(0) {
                    self.buffer.push(send.item);
                }
            }
            Some(Poll::Pending) => {
                assert!(!expected, "{}: a send waits though it could go on", self.context);
                enqueue(&mut self.sends, at, send);
            }
            None => self.sends.insert(at, send),
        }
    }

    async fn poll_receive(&mut self, at: usize, to_the_end: bool) {
        let mut receive = self.receives.remove(at);
        let expected = if receive.is_queued {
            at < self.items()
        } else {
            self.items() > Self::waiting(&self.receives)
        };
        match poll(&mut receive, to_the_end).await {
            Some(Poll::Ready(received)) => {
                assert!(expected, "{}: a receive ended out of turn", self.context);
                match received {
                    Ok(item) => self.take(item),
                    Err(Closed) => panic!("{}: an open channel was closed", self.context),
                }
            }
            Some(Poll::Pending) => {
                assert!(!expected, "{}: an item is lost to the one it is for", self.context);
                enqueue(&mut self.receives, at, receive);
            }
            None => self.receives.insert(at, receive),
        }
    }

    fn try_receive(&mut self) {
        let expected = self.items() > Self::waiting(&self.receives);
        match self.receiver.try_recv() {
            Ok(item) if expected => self.take(item),
            Err(_) if !expected => {}
            Ok(_) => panic!("{}: try_recv took what was promised", self.context),
            Err(error) => panic!("{}: an item is lost: try_recv gave {error:?}", self.context),
        }
    }

    /// Takes an item out of the model.
    fn take(&mut self, item: Item) {
        let id = item.id;
        match self.capacity {
            Some(0) => {
                let held_out = |send: &&mut Waiter<_>| send.is_queued && send.item == id;
                let sender = self.sends.iter_mut().find(held_out);
                let is_new =
                    sender.is_some_and(|send| !std::mem::replace(&mut send.is_taken, true));
                assert!(is_new, "{}: received item {id}, which nobody held out", self.context);
            }
            _ => {
                let place = self.buffer.iter().position(|buffered| *buffered == id);
                let Some(place) = place else {
                    panic!("{}: received item {id}, which was not in the channel", self.context);
                };
                self.buffer.remove(place);
            }
        }
        self.received.push(id);
    }

    fn drop_send(&mut self, at: usize) {
        let Waiter { future, item, is_taken, .. } = self.sends.remove(at);
        drop(future);
        if !is_taken {
            self.lost.push(item);
        }
    }

    /// Whoever can go on was woken.
    fn compare(&self) {
        let context = &self.context;
        let (items, places) = (self.items(), self.places());
        for (place, receive) in self.receives.iter().take_while(|one| one.is_queued).enumerate() {
            let is_woken = receive.alarm.rung() > 0;
            assert!(is_woken || place >= items, "{context}: receive {place} was not woken");
        }
        for (place, send) in self.sends.iter().take_while(|one| one.is_queued).enumerate() {
            let can_go_on = if self.capacity == Some(0) { send.is_taken } else { place < places };
            let is_woken = send.alarm.rung() > 0;
            assert!(is_woken || !can_go_on, "{context}: send {place} was not woken");
        }
    }

    fn finish(mut self, random: &mut Random) {
        while !self.sends.is_empty() {
            self.drop_send(random.below(self.sends.len()));
            self.compare();
        }
        while !self.receives.is_empty() {
            drop(self.receives.remove(random.below(self.receives.len())));
            self.compare();
        }
        while self.items() > 0 {
            self.try_receive();
        }
        self.try_receive();
        let context = &self.context;
        for id in 0..self.next {
            let drops = self.drops[id].load(Ordering::SeqCst);
            assert_eq!(drops, 1, "{context}: how often item {id} was dropped");
            let ends = self.received.iter().chain(&self.lost).filter(|end| **end == id).count();
            assert_eq!(ends, 1, "{context}: how often item {id} was received or came back");
        }
    }
}

/// Polls until it is ready or waits; or once, and gives `None` if it gave way.
async fn poll<T>(waiter: &mut Waiter<T>, to_the_end: bool) -> Option<Poll<T>> {
    if to_the_end {
        // Whoever polls last is to be woken.
        waiter.alarm = Alarm::new();
        return Some(waiter.alarm.step(&mut waiter.future).await);
    }
    let alarm = Alarm::new();
    let poll = alarm.poll(&mut waiter.future);
    let gave_way = poll.is_pending() && alarm.rung() > 0;
    waiter.alarm = alarm;
    if gave_way { None } else { Some(poll) }
}

/// Puts a waiter back that waits now, behind those that waited before.
fn enqueue<T>(waiters: &mut Vec<Waiter<T>>, at: usize, mut waiter: Waiter<T>) {
    let place = if waiter.is_queued {
        at
    } else {
        waiter.is_queued = true;
        waiters.iter().filter(|waiter| waiter.is_queued).count()
    };
    waiters.insert(place, waiter);
}
