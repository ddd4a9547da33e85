//! Sending items through a channel, from so many tasks to so many others.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::tasks::Tasks;
use crate::work::{Work, whole};

pub(super) type Item = u64;

/// A channel, of which each task has an end of its own.
pub(super) trait Channel: 'static {
    const NAME: &'static str;
    type Tasks: Tasks;
    type Sender: Clone + Send + 'static;
    type Receiver: Send + 'static;

    fn new(capacity: usize) -> (Self::Sender, Self::Receiver);

    /// One more end for a receiver, where there can be one.
    fn another(receiver: &Self::Receiver) -> Option<Self::Receiver>;

    fn send(sender: &Self::Sender, item: Item) -> impl Future<Output = ()> + Send;

    /// Gives `None` when all senders are gone.
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output = Option<Item>> + Send;
}

/// The senders send all items and go; the receivers take them until the channel ends.
pub(super) fn transfer<
    C: Channel,
    const SENDERS: usize,
    const RECEIVERS: usize,
    const CAPACITY: usize,
>() -> Work {
    async fn run<C: Channel>(items: usize, senders: usize, receivers: usize, capacity: usize) {
        let (sender, receiver) = C::new(capacity);
        let mut ends = vec![receiver];
        while ends.len() < receivers {
            ends.push(C::another(&ends[0]).expect("it has as many receivers as the job asks for"));
        }
        let received = Arc::new(AtomicUsize::new(0));
        let receive = |mut receiver: C::Receiver| {
            let received = received.clone();
            async move {
                let mut count = 0;
                while C::recv(&mut receiver).await.is_some() {
                    count += 1;
                }
                received.fetch_add(count, Ordering::Relaxed);
            }
        };
        let share = items / senders;
        let send = |sender: C::Sender| async move {
            for item in 0..share {
                C::send(&sender, item as Item).await;
            }
        };
        let sending = vec![sender; senders].into_iter().map(send).collect();
        C::Tasks::run(sending, ends.into_iter().map(receive).collect()).await;
        assert_eq!(received.load(Ordering::Relaxed), share * senders, "{} lost items", C::NAME);
    }
    Work { name: C::NAME, run: |items| whole(run::<C>(items, SENDERS, RECEIVERS, CAPACITY)) }
}
