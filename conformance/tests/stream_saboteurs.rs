//! Laws H10 and H11 were seen to be broken by streams alone, of receivers that are right otherwise.

use std::time::Duration;

use anyrt_conformance::{
    AnyBroadcast, AnyWatch, CoreKit, Kit, Law, Outcome, Shown, kit_laws_of, run_law,
};
use anyrt_core::channel::{BroadcastReceiver, BroadcastSender, WatchReceiver, WatchSender};
use anyrt_tokio::TokioBackend;

/// Makes a kit whose one field has a fault.
macro_rules! kit {
    ($kit:ident: $field:ident = $fault:ty, $($good:ident),+) => {
        struct $kit;

        impl Kit for $kit {
            type $field = $fault;
            $(type $good = <CoreKit as Kit>::$good;)+
        }
    };
}

kit! { Broadcasts: Broadcast = MissesInSilence, Event, Barrier, Condition, Limiter, Oneshot, Watch, Queue }
kit! { Watches: Watch = LooksTwice, Event, Barrier, Condition, Limiter, Oneshot, Broadcast, Queue }
kit! { Ends: Watch = EndsBeforeChange, Event, Barrier, Condition, Limiter, Oneshot, Broadcast, Queue }

fn assert_breaks<K: Kit>(id: &str, seen: &str) {
    let law = kit_laws_of::<TokioBackend, K>().into_iter().find(|law| law.id == id);
    let law = Law { limit: Duration::from_secs(5), ..law.expect("there is this law") };
    match run_law(&law, &TokioBackend::new()) {
        Outcome::Failed { message } => assert!(message.contains(seen), "{message}"),
        outcome => panic!("the fault should break {id}: {outcome:?}"),
    }
}

#[test]
fn misses_in_silence() {
    assert_breaks::<Broadcasts>("H10", "5 items, 2 are left");
}

#[test]
fn looks_twice() {
    assert_breaks::<Watches>("H11", "the change was seen");
}

#[test]
fn ends_before_change() {
    assert_breaks::<Ends>("H11", "the last change");
}

/// As a stream it does not tell what it has missed.
#[derive(Clone)]
struct MissesInSilence(BroadcastSender<u32>);

impl AnyBroadcast for MissesInSilence {
    type Receiver = BroadcastReceiver<u32>;

    fn new(capacity: usize) -> (Self, Self::Receiver) {
        let (sender, receiver) = AnyBroadcast::new(capacity);
        (Self(sender), receiver)
    }

    fn send(&self, number: u32) -> bool {
        self.0.send(number).is_ok()
    }

    fn subscribe(&self) -> Self::Receiver {
        self.0.subscribe()
    }

    async fn recv(receiver: &mut Self::Receiver) -> Shown {
        <BroadcastSender<u32> as AnyBroadcast>::recv(receiver).await
    }

    async fn next(receiver: &mut Self::Receiver) -> Shown {
        loop {
            match Self::recv(receiver).await {
                Shown::Missed(_) => {}
                shown => return shown,
            }
        }
    }
}

/// Makes a watch channel whose streams have a fault.
macro_rules! watch {
    ($(#[$doc:meta])* $name:ident, |$receiver:ident| $next:expr) => {
        $(#[$doc])*
        struct $name(WatchSender<u32>);

        impl AnyWatch for $name {
            type Receiver = WatchReceiver<u32>;

            fn new(number: u32) -> (Self, Self::Receiver) {
                let (sender, receiver) = AnyWatch::new(number);
                (Self(sender), receiver)
            }

            fn send(&self, number: u32) {
                self.0.send_replace(number);
            }

            async fn changed(receiver: &mut Self::Receiver) -> bool {
                receiver.changed().await.is_ok()
            }

            async fn next($receiver: &mut Self::Receiver) -> Option<u32> {
                $next
            }

            fn get(receiver: &Self::Receiver) -> u32 {
                *receiver.get()
            }
        }
    };
}

watch! {
    /// It gives a value, which the stream has not seen then.
    LooksTwice, |receiver| {
        let mut other = receiver.clone();
        <WatchSender<u32> as AnyWatch>::next(&mut other).await
    }
}

watch! {
    /// The last change goes with the sender.
    EndsBeforeChange, |receiver| {
        if receiver.is_closed() {
            return None;
        }
        <WatchSender<u32> as AnyWatch>::next(receiver).await
    }
}
