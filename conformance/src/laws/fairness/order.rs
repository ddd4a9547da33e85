//! F1: who comes first is served first.

use std::sync::{Arc, Mutex};

use anyrt_core::error::TrySendError;
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::laws::tools::{Event, attempt, lock, parked, step};
use crate::support::Group;

const WAITERS: usize = 6;

pub(super) fn f1<B: Backend + Toplevel>(backend: &B) {
    backend.run(permits_in_order(backend));
    backend.run(nobody_barges_in(backend));
    backend.run(large_and_small(backend));
    backend.run(a_waiter_that_comes_again_is_last(backend));
    backend.run(tasks_in_order(backend));
    backend.run(receivers_in_order(backend));
    backend.run(senders_in_order(backend));
    backend.run(no_sender_barges_in(backend));
    backend.run(rendezvous_in_order(backend));
}

/// One permit at a time; the later waiters are polled before the earlier ones.
async fn permits_in_order<B: Backend>(backend: &B) {
    let permits = backend.semaphore(0);
    let mut waiters: Vec<_> = (0..WAITERS).map(|_| Box::pin(permits.acquire())).collect();
    for waiter in &mut waiters {
        assert!(step(waiter).await.is_pending(), "acquired what is not there");
    }
    for at in 0..WAITERS {
        permits.add_permits(1);
        let mut held = None;
        for (behind, waiter) in waiters.iter_mut().enumerate().rev() {
            let poll = step(waiter).await;
            assert_eq!(
                poll.is_ready(),
                behind == 0,
                "permit {at} of {WAITERS}: waiter {} was polled, waiter {at} is next",
                at + behind
            );
            if let std::task::Poll::Ready(permit) = poll {
                held = Some(permit);
            }
        }
        drop(waiters.remove(0));
        // Kept out of the semaphore, so that only `add_permits` serves the next one.
        std::mem::forget(held);
    }
}

async fn nobody_barges_in<B: Backend>(backend: &B) {
    let permits = backend.semaphore(1);
    let held = permits.acquire().await;
    let mut first = Box::pin(permits.acquire());
    assert!(step(&mut first).await.is_pending(), "acquired a permit that is held");
    drop(held);
    let mut late = Box::pin(permits.acquire());
    assert!(step(&mut late).await.is_pending(), "a newcomer took the first waiter's permit");
    assert!(permits.try_acquire().is_err(), "try_acquire took the first waiter's permit");
    permits.add_permits(2);
    let third = attempt(permits.acquire()).await;
    assert!(third.is_some(), "two waiters are served, and one permit is left");
    let first = attempt(first).await;
    let late = attempt(late).await;
    assert!(first.is_some() && late.is_some(), "granted, and polled again");
    drop((first, late, third));
    assert_eq!(permits.available(), 3, "a permit is lost");
}

/// A waiter for many permits is not overtaken by those who want fewer.
async fn large_and_small<B: Backend>(backend: &B) {
    let permits = backend.semaphore(2);
    let mut large = Box::pin(permits.acquire_many(3));
    let mut small = Box::pin(permits.acquire());
    assert!(step(&mut large).await.is_pending(), "acquired 3 of 2 permits");
    assert!(step(&mut small).await.is_pending(), "overtook a waiter for 3 permits");
    assert!(permits.try_acquire().is_err(), "try_acquire overtook a waiter for 3 permits");
    permits.add_permits(1);
    assert!(step(&mut small).await.is_pending(), "overtook a waiter for 3 permits");
    let Some(large) = attempt(large).await else { panic!("3 permits, but not for the first") };
    assert!(step(&mut small).await.is_pending(), "a permit that is held");
    drop(large);
    assert!(attempt(small).await.is_some(), "3 permits came back, but none for the next");
    assert_eq!(permits.available(), 3, "a permit is lost");
}

async fn a_waiter_that_comes_again_is_last<B: Backend>(backend: &B) {
    let permits = backend.semaphore(0);
    let [mut first, mut second, mut again] = [(); 3].map(|()| Box::pin(permits.acquire()));
    assert!(step(&mut first).await.is_pending(), "acquired what is not there");
    assert!(step(&mut second).await.is_pending(), "acquired what is not there");
    drop(first);
    assert!(step(&mut again).await.is_pending(), "acquired what is not there");
    permits.add_permits(1);
    assert!(step(&mut again).await.is_pending(), "who went and came again is the last");
    assert!(attempt(second).await.is_some(), "who stayed is the first");
    assert!(attempt(again).await.is_some(), "the permit came back");
}

/// The same with tasks, which queue one after the other and log when they are served.
async fn tasks_in_order<B: Backend>(backend: &B) {
    for _ in 0..3 {
        let permits = backend.semaphore(1);
        let order = Arc::new(Mutex::new(Vec::new()));
        let held = permits.acquire().await;
        let result = backend
            .task_group(|group: Group<B>| {
                let order = order.clone();
                async move {
                    for child in 0..10 {
                        let (permits, order) = (permits.clone(), order.clone());
                        let waits = Event::new();
                        let acquiring = async move {
                            let permit = permits.acquire().await;
                            lock(&order).push(child);
                            drop(permit);
                        };
                        group.spawn(parked(&waits, acquiring));
                        waits.wait().await;
                    }
                    drop(held);
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group");
        let order = lock(&order).clone();
        assert_eq!(order, (0..10).collect::<Vec<_>>(), "the order in which tasks were served");
    }
}

async fn receivers_in_order<B: Backend>(backend: &B) {
    for (kind, (sender, receiver)) in
        [("bounded", backend.bounded(WAITERS)), ("unbounded", backend.unbounded())]
    {
        let mut waiters: Vec<_> = (0..WAITERS).map(|_| Box::pin(receiver.recv())).collect();
        for waiter in &mut waiters {
            assert!(step(waiter).await.is_pending(), "{kind}: took from an empty channel");
        }
        for item in 0..WAITERS {
            assert_eq!(sender.try_send(item), Ok(()), "{kind}: room for the item");
            let late = attempt(receiver.recv()).await;
            assert_eq!(late, None, "{kind}: a newcomer took what is promised to the first");
            assert!(receiver.try_recv().is_err(), "{kind}: try_recv took what is promised");
            let mut first = waiters.remove(0);
            for waiter in waiters.iter_mut().rev() {
                assert!(step(waiter).await.is_pending(), "{kind}: item {item} for a later one");
            }
            let received = attempt(&mut first).await;
            assert_eq!(received, Some(Ok(item)), "{kind}: the first waiter");
        }
    }
}

async fn senders_in_order<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(0), Ok(()), "an empty channel");
    let mut waiters: Vec<_> = (1..=WAITERS).map(|item| Box::pin(sender.send(item))).collect();
    for waiter in &mut waiters {
        assert!(step(waiter).await.is_pending(), "sent into a full channel");
    }
    for item in 0..=WAITERS {
        assert_eq!(receiver.try_recv(), Ok(item), "the items in the order of their senders");
        if waiters.is_empty() {
            break;
        }
        let mut first = waiters.remove(0);
        for waiter in waiters.iter_mut().rev() {
            assert!(step(waiter).await.is_pending(), "the place is for sender {}", item + 1);
        }
        assert_eq!(attempt(&mut first).await, Some(Ok(())), "sender {} is next", item + 1);
    }
}

async fn no_sender_barges_in<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(1), Ok(()), "an empty channel");
    let mut first = Box::pin(sender.send(2));
    assert!(step(&mut first).await.is_pending(), "sent into a full channel");
    assert_eq!(receiver.try_recv(), Ok(1));
    let mut late = Box::pin(sender.send(3));
    assert!(step(&mut late).await.is_pending(), "a newcomer took the first sender's place");
    let full = sender.try_send(4);
    assert_eq!(full, Err(TrySendError::Full(4)), "try_send took the first sender's place");
    let mut receiving = Box::pin(receiver.recv());
    assert!(step(&mut receiving).await.is_pending(), "the first sender was not polled yet");
    assert_eq!(attempt(first).await, Some(Ok(())), "the place is the first sender's");
    assert_eq!(receiving.await, Ok(2), "the first sender's item");
    assert_eq!(attempt(late).await, Some(Ok(())), "the next sender's place");
    assert_eq!(receiver.try_recv(), Ok(3), "the next sender's item");
}

async fn rendezvous_in_order<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded(0);
    let mut senders: Vec<_> = (0..WAITERS).map(|item| Box::pin(sender.send(item))).collect();
    for waiter in &mut senders {
        assert!(step(waiter).await.is_pending(), "sent to nobody");
    }
    for item in 0..WAITERS {
        assert_eq!(receiver.recv().await, Ok(item), "the items in the order of their senders");
        let mut first = senders.remove(0);
        for waiter in senders.iter_mut().rev() {
            assert!(step(waiter).await.is_pending(), "a later sender's item was not received");
        }
        assert_eq!(attempt(&mut first).await, Some(Ok(())), "sender {item} was received");
    }
    let mut receivers: Vec<_> = (0..WAITERS).map(|_| Box::pin(receiver.recv())).collect();
    for waiter in &mut receivers {
        assert!(step(waiter).await.is_pending(), "took from nobody");
    }
    for item in 0..WAITERS {
        let mut sending = Box::pin(sender.send(item));
        assert!(step(&mut sending).await.is_pending(), "sent before the receiver has it");
        let mut first = receivers.remove(0);
        for waiter in receivers.iter_mut().rev() {
            assert!(step(waiter).await.is_pending(), "item {item} for a later receiver");
        }
        assert_eq!(attempt(&mut first).await, Some(Ok(item)), "the first receiver");
        assert_eq!(sending.await, Ok(()), "the first receiver has it");
    }
}
