//! The stress was seen to fail: channels that go wrong now and then are found out.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use anyrt::channel::{self, ChannelStatistics};
use anyrt::error::{Closed, ReserveError, SendError, TryRecvError, TrySendError};
use futures_util::Stream;

use crate::{failure, good};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// An item that is sent goes nowhere.
    LosesAnItem,
    /// An item comes twice.
    DoublesAnItem,
    /// A receive that is dropped after the hand-over takes the item along.
    LosesWithTheReceive,
    /// A send that is dropped delivers.
    SendsWhatWasDropped,
    /// A later item is received before an earlier one.
    SwapsTwo,
}

#[derive(Clone)]
struct Shared {
    fault: Fault,
    count: Arc<AtomicUsize>,
    /// What comes later than it should.
    late: Arc<Mutex<Option<usize>>>,
}

impl Shared {
    /// Tells, now and then, that it is time for this fault.
    fn is_due(&self, fault: Fault) -> bool {
        self.fault == fault && self.count.fetch_add(1, Ordering::Relaxed) % 16 == 15
    }
}

#[derive(Clone)]
struct Sender {
    good: channel::Sender<usize>,
    shared: Shared,
}

/// A send that is under way, and what becomes of its item if it is dropped.
struct Sending<'a>(&'a Sender, Option<usize>);

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        if let Some(item) = self.1 {
            let _ = self.0.good.try_send(item);
        }
    }
}

impl anyrt_core::Sender<usize> for Sender {
    type Permit = <channel::Sender<usize> as anyrt_core::Sender<usize>>::Permit;

    async fn send(&self, item: usize) -> Result<(), SendError<usize>> {
        if self.shared.is_due(Fault::LosesAnItem) {
            return Ok(());
        }
        let is_sent = self.shared.is_due(Fault::SendsWhatWasDropped);
        let mut sending = Sending(self, is_sent.then_some(item));
        let sent = self.good.send(item).await;
        sending.1 = None;
        if sent.is_ok() && self.shared.is_due(Fault::DoublesAnItem) {
            let _ = self.good.try_send(item);
        }
        sent
    }

    fn try_send(&self, item: usize) -> Result<(), TrySendError<usize>> {
        self.good.try_send(item)
    }

    async fn reserve(&self) -> Result<Self::Permit, ReserveError> {
        anyrt_core::Sender::reserve(&self.good).await
    }

    fn statistics(&self) -> ChannelStatistics {
        self.good.statistics()
    }

    fn close(&self) {
        self.good.close();
    }
}

#[derive(Clone)]
struct Receiver {
    good: channel::Receiver<usize>,
    shared: Shared,
}

impl Receiver {
    /// Gives this item, or the one behind it.
    fn next_to(&self, item: usize) -> usize {
        if self.shared.is_due(Fault::SwapsTwo)
            && let Ok(next) = self.good.try_recv()
        {
            *self.shared.late.lock().unwrap() = Some(item);
            return next;
        }
        item
    }

    fn late(&self) -> Option<usize> {
        self.shared.late.lock().unwrap().take()
    }
}

impl Stream for Receiver {
    type Item = usize;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        match self.late() {
            Some(late) => Poll::Ready(Some(late)),
            None => Pin::new(&mut self.good).poll_next(cx),
        }
    }
}

impl anyrt_core::Receiver<usize> for Receiver {
    async fn recv(&self) -> Result<usize, Closed> {
        if let Some(late) = self.late() {
            return Ok(late);
        }
        let item = self.good.recv().await?;
        if self.shared.is_due(Fault::LosesWithTheReceive) {
            anyrt::yield_now().await;
        }
        Ok(self.next_to(item))
    }

    fn try_recv(&self) -> Result<usize, TryRecvError> {
        self.late().map_or_else(|| self.good.try_recv(), Ok)
    }

    fn statistics(&self) -> ChannelStatistics {
        self.good.statistics()
    }

    fn close(&self) {
        self.good.close();
    }
}

/// What the stress says of a channel with this fault.
fn said_of(fault: Fault) -> Option<String> {
    let failure = failure("tokio", |capacity| {
        let (sender, receiver) = good(capacity);
        let shared = Shared { fault, count: Arc::default(), late: Arc::default() };
        (Sender { good: sender, shared: shared.clone() }, Receiver { good: receiver, shared })
    });
    failure.map(|(seed, message)| {
        println!("seed {seed}: {message}");
        message
    })
}

macro_rules! faults {
    ($($name:ident: $fault:ident is seen by $seen:literal;)*) => {$(
        #[test]
        fn $name() {
            let said = said_of(Fault::$fault).expect("a thousand rounds without a failure");
            assert!(said.contains($seen), "it failed for another reason: {said}");
        }
    )*};
}

faults! {
    a_lost_item_is_noticed: LosesAnItem is seen by "received, and sent";
    a_doubled_item_is_noticed: DoublesAnItem is seen by "received, and sent";
    an_item_lost_with_a_receive_is_noticed: LosesWithTheReceive is seen by "received, and sent";
    an_item_of_a_dropped_send_is_noticed: SendsWhatWasDropped is seen by "received, and sent";
    a_broken_order_is_noticed: SwapsTwo is seen by "the order of one sender";
}

#[test]
fn the_wrapper_is_harmless() {
    assert_eq!(said_of(Fault::None), None);
}
