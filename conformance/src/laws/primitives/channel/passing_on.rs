//! P4: a waiter of a channel goes, and the next one is woken.

use anyrt_core::error::{Closed, SendError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use super::EMPTY;
use crate::laws::tools::{Alarm, Source, eventually};
use crate::support::{Count, Group};

pub(in super::super) fn p4<B: Backend + Toplevel>(backend: &B) {
    backend.run(receivers_along_the_queue(backend));
    backend.run(senders_along_the_queue(backend));
    backend.run(the_end_reaches_everyone(backend));
    backend.run(cancelled_children_and_a_stream_of_items(backend));
}

async fn receivers_along_the_queue<B: Backend>(backend: &B) {
    for cancel in [None, Some(Source::Within), Some(Source::Thread)] {
        let (sender, receiver) = backend.bounded(1);
        let mut waiters = Vec::new();
        for _ in 0..5 {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let alarm = Alarm::new();
            let mut waiter = Box::pin(scope.run(receiver.recv()));
            assert!(alarm.step(&mut waiter).await.is_pending(), "took from an empty channel");
            waiters.push((waiter, handle, alarm));
        }
        assert_eq!(sender.try_send(7), Ok(()), "an empty channel");
        let Some((last, _, last_alarm)) = waiters.pop() else { return };
        for (at, (waiter, handle, alarm)) in waiters.into_iter().enumerate() {
            assert!(alarm.rung() > 0, "receiver {at} was not woken in its turn ({cancel:?})");
            assert_eq!(last_alarm.rung(), 0, "the last receiver was woken before its turn");
            if let Some(source) = cancel {
                source.cancel(backend, &handle).await;
            }
            drop(waiter);
        }
        assert!(last_alarm.rung() > 0, "the last receiver was not woken ({cancel:?})");
        assert_eq!(last.await, Ok(Ok(7)), "the last receiver ({cancel:?})");
    }
}

async fn senders_along_the_queue<B: Backend>(backend: &B) {
    for cancel in [None, Some(Source::Within), Some(Source::Thread)] {
        let (sender, receiver) = backend.bounded(1);
        assert_eq!(sender.try_send(100), Ok(()), "an empty channel");
        let mut waiters = Vec::new();
        for item in 0..5 {
            let scope = backend.cancel_scope();
            let handle = scope.handle();
            let alarm = Alarm::new();
            let mut waiter = Box::pin(scope.run(sender.send(item)));
            assert!(alarm.step(&mut waiter).await.is_pending(), "sent into a full channel");
            waiters.push((waiter, handle, alarm));
        }
        assert_eq!(receiver.try_recv(), Ok(100));
        let Some((last, _, last_alarm)) = waiters.pop() else { return };
        for (at, (waiter, handle, alarm)) in waiters.into_iter().enumerate() {
            assert!(alarm.rung() > 0, "sender {at} was not woken in its turn ({cancel:?})");
            assert_eq!(last_alarm.rung(), 0, "the last sender was woken before its turn");
            if let Some(source) = cancel {
                source.cancel(backend, &handle).await;
            }
            drop(waiter);
        }
        assert!(last_alarm.rung() > 0, "the last sender was not woken ({cancel:?})");
        assert_eq!(last.await, Ok(Ok(())), "the last sender ({cancel:?})");
        assert_eq!(receiver.try_recv(), Ok(4), "the last sender's item ({cancel:?})");
        assert_eq!(receiver.try_recv(), EMPTY, "an item of a sender that went ({cancel:?})");
    }
}

/// Some waiters go, then the other side closes: all who are left are woken.
async fn the_end_reaches_everyone<B: Backend>(backend: &B) {
    let (sender, receiver) = backend.bounded::<u32>(1);
    let alarms = [(); 4].map(|()| Alarm::new());
    let mut waiters: Vec<_> = (0..4).map(|_| Box::pin(receiver.recv())).collect();
    for (waiter, alarm) in waiters.iter_mut().zip(&alarms) {
        assert!(alarm.step(waiter).await.is_pending(), "took from an empty channel");
    }
    drop(waiters.remove(1));
    sender.close();
    let rung = alarms.each_ref().map(|alarm| alarm.rung() > 0);
    assert_eq!((rung[0], rung[2], rung[3]), (true, true, true), "woken by the end");
    for waiter in waiters {
        assert_eq!(waiter.await, Err(Closed), "after the last sender");
    }

    let (sender, receiver) = backend.bounded(1);
    assert_eq!(sender.try_send(100), Ok(()), "an empty channel");
    let alarms = [(); 4].map(|()| Alarm::new());
    let mut waiters: Vec<_> = (0..4).map(|item| Box::pin(sender.send(item))).collect();
    for (waiter, alarm) in waiters.iter_mut().zip(&alarms) {
        assert!(alarm.step(waiter).await.is_pending(), "sent into a full channel");
    }
    drop(waiters.remove(0));
    receiver.close();
    let rung = alarms.each_ref().map(|alarm| alarm.rung() > 0);
    assert_eq!((rung[1], rung[2], rung[3]), (true, true, true), "woken by the end");
    for (item, waiter) in (1..).zip(waiters) {
        assert_eq!(waiter.await, Err(SendError(item)), "after the last receiver");
    }
}

/// Receivers are cancelled while items come: the others get all of them.
async fn cancelled_children_and_a_stream_of_items<B: Backend>(backend: &B) {
    const ITEMS: u32 = 40;
    for capacity in [0, 1, 3] {
        let (sender, receiver) = backend.bounded(capacity);
        let received = Count::new();
        let result = backend
            .task_group(|group: Group<B>| {
                let received = received.clone();
                async move {
                    let mut doomed = Vec::new();
                    for child in 0..12 {
                        let (receiver, received) = (receiver.clone(), received.clone());
                        let handle = group.spawn(async move {
                            while receiver.recv().await.is_ok() {
                                received.up();
                            }
                        });
                        if child % 4 != 0 {
                            doomed.push(handle);
                        }
                    }
                    drop(receiver);
                    for item in 0..ITEMS {
                        assert_eq!(sender.send(item).await, Ok(()), "receivers are left");
                        if item % 4 == 0
                            && let Some(child) = doomed.pop()
                        {
                            child.cancel();
                        }
                    }
                    sender.close();
                    eventually!("all items arrive", received.get() == ITEMS as usize);
                }
            })
            .await;
        assert_eq!(result, Ok(()), "the group");
    }
}
