//! H10: every receiver sees every item.

use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::kit::{AnyBroadcast, Shown};
use crate::laws::tools::{Alarm, attempt, step};
use crate::support::Group;

pub(super) fn h10<B: Backend + Toplevel, C: AnyBroadcast>(backend: &B) {
    holds::<B, C>(backend);
    holds::<B, Streamed<C>>(backend);
    backend.run(a_stream_that_is_cut_has_seen_nothing::<B, C>(backend));
}

/// The same, asked as a stream.
#[derive(Clone)]
struct Streamed<C>(C);

impl<C: AnyBroadcast> AnyBroadcast for Streamed<C> {
    type Receiver = C::Receiver;

    fn new(capacity: usize) -> (Self, Self::Receiver) {
        let (sender, receiver) = C::new(capacity);
        (Self(sender), receiver)
    }

    fn send(&self, number: u32) -> bool {
        self.0.send(number)
    }

    fn subscribe(&self) -> Self::Receiver {
        self.0.subscribe()
    }

    async fn recv(receiver: &mut Self::Receiver) -> Shown {
        C::next(receiver).await
    }
}

fn holds<B: Backend + Toplevel, C: AnyBroadcast>(backend: &B) {
    backend.run(all_see_what_is_sent_after_they_came::<C>());
    backend.run(who_is_slow_is_told_what_it_missed::<C>());
    backend.run(the_end_comes_after_the_last_item::<C>());
    backend.run(who_waits_is_woken::<C>());
    backend.run(no_item_is_seen_twice_or_out_of_order::<B, C>(backend));
}

async fn all_see_what_is_sent_after_they_came<C: AnyBroadcast>() {
    let (sender, mut early) = C::new(4);
    assert!(sender.send(1), "there is a receiver");
    let mut late = sender.subscribe();
    assert!(sender.send(2), "there are two receivers");
    assert_eq!(attempt(C::recv(&mut early)).await, Some(Shown::Item(1)), "the early one");
    assert_eq!(attempt(C::recv(&mut early)).await, Some(Shown::Item(2)), "the early one");
    assert_eq!(attempt(C::recv(&mut late)).await, Some(Shown::Item(2)), "the late one");
    assert_eq!(attempt(C::recv(&mut early)).await, None, "it has seen all");
    assert_eq!(attempt(C::recv(&mut late)).await, None, "it has seen all");
    drop((early, late));
    assert!(!sender.send(3), "there is no receiver");
}

async fn who_is_slow_is_told_what_it_missed<C: AnyBroadcast>() {
    let (sender, mut slow) = C::new(2);
    let mut quick = sender.subscribe();
    for item in 1..=5 {
        assert!(sender.send(item), "a sender waits for nobody");
        assert_eq!(attempt(C::recv(&mut quick)).await, Some(Shown::Item(item)), "the quick one");
    }
    assert_eq!(attempt(C::recv(&mut slow)).await, Some(Shown::Missed(3)), "5 items, 2 are left");
    assert_eq!(attempt(C::recv(&mut slow)).await, Some(Shown::Item(4)), "the oldest that is left");
    assert_eq!(attempt(C::recv(&mut slow)).await, Some(Shown::Item(5)), "the last one");
    assert_eq!(attempt(C::recv(&mut slow)).await, None, "it has seen all");
}

async fn the_end_comes_after_the_last_item<C: AnyBroadcast>() {
    let (sender, mut receiver) = C::new(2);
    let other = sender.clone();
    assert!(sender.send(1), "there is a receiver");
    drop(sender);
    assert_eq!(attempt(C::recv(&mut receiver)).await, Some(Shown::Item(1)), "it was sent");
    assert_eq!(attempt(C::recv(&mut receiver)).await, None, "one sender is left");
    drop(other);
    for _ in 0..2 {
        assert_eq!(attempt(C::recv(&mut receiver)).await, Some(Shown::End), "no sender is left");
    }
}

async fn who_waits_is_woken<C: AnyBroadcast>() {
    let (sender, mut first) = C::new(2);
    let mut second = sender.subscribe();
    let alarms = [Alarm::new(), Alarm::new()];
    let mut waiting = [Box::pin(C::recv(&mut first)), Box::pin(C::recv(&mut second))];
    for (alarm, one) in alarms.iter().zip(&mut waiting) {
        assert!(alarm.step(one).await.is_pending(), "nothing was sent");
    }
    assert!(sender.send(1), "there are two receivers");
    for (alarm, one) in alarms.iter().zip(waiting) {
        assert!(alarm.rung() > 0, "who waits was not woken");
        assert_eq!(attempt(one).await, Some(Shown::Item(1)), "who waits sees it");
    }
}

/// Cut, dropped, and asked in the other way.
async fn a_stream_that_is_cut_has_seen_nothing<B: Backend, C: AnyBroadcast>(backend: &B) {
    let (sender, mut receiver) = C::new(4);
    let scope = backend.cancel_scope();
    let handle = scope.handle();
    let mut cut = Box::pin(scope.run(C::next(&mut receiver)));
    assert!(step(&mut cut).await.is_pending(), "nothing was sent");
    handle.cancel();
    assert!(attempt(cut).await.is_some_and(|ended| ended.is_err()), "it was cut");
    assert_eq!(attempt(C::next(&mut receiver)).await, None, "nothing was sent");
    for item in [1, 2] {
        assert!(sender.send(item), "there is a receiver");
    }
    assert_eq!(attempt(C::recv(&mut receiver)).await, Some(Shown::Item(1)), "nobody has seen it");
    assert_eq!(attempt(C::next(&mut receiver)).await, Some(Shown::Item(2)), "the next one");
}

/// What each receiver sees and what it has missed come to what was sent.
async fn no_item_is_seen_twice_or_out_of_order<B: Backend, C: AnyBroadcast>(backend: &B) {
    const ITEMS: u32 = 500;
    let (sender, first) = C::new(8);
    let receivers = [first, sender.subscribe(), sender.subscribe()];
    let result = backend
        .task_group(|group: Group<B>| {
            for mut receiver in receivers {
                group.spawn(async move {
                    let mut next = 1;
                    loop {
                        match C::recv(&mut receiver).await {
                            Shown::Item(item) => {
                                assert_eq!(item, next, "the next item that was not missed");
                                next += 1;
                            }
                            Shown::Missed(count) => next += count as u32,
                            Shown::End => break,
                        }
                    }
                    assert_eq!(next, ITEMS + 1, "seen and missed come to all");
                });
            }
            let backend = backend.clone();
            async move {
                for item in 1..=ITEMS {
                    assert!(sender.send(item), "the receivers are there to the end");
                    if item % 7 == 0 {
                        backend.checkpoint().await;
                        crate::support::turns(1).await;
                    }
                }
            }
        })
        .await;
    assert_eq!(result, Ok(()), "the group");
}
