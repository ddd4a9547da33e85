//! A producer and a consumer with a bounded queue in between, which the producer ends.
//!
//! asyncio: `Queue(maxsize)` and its `shutdown`. Trio and `AnyIO`: a memory channel or stream. For
//! `task_done` and `join` there is `anyrt::channel::Queue`.

use anyrt::channel;
use anyrt::error::Closed;
use anyrt::{GroupError, TaskGroup};

/// What came through a queue.
#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    /// The items, in the order in which they came.
    pub items: Vec<u32>,
    /// How the consumer learned that there are no more.
    pub end: Closed,
    /// The most items that lay in the queue.
    pub peak: usize,
}

/// Sends so many items through a queue that holds `capacity` of them.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn queue(count: u32, capacity: usize) -> Result<Received, GroupError> {
    anyrt::task_group(async |group: TaskGroup| {
        let (sender, receiver) = channel::bounded(capacity);
        group.spawn(async move {
            for item in 0..count {
                // Waits while the queue is full. Without a receiver nobody wants the rest.
                if sender.send(item).await.is_err() {
                    break;
                }
            }
            // The sender is dropped here, which closes the queue.
        });
        let (mut items, mut peak) = (Vec::new(), 0);
        let end = loop {
            match receiver.recv().await {
                Ok(item) => items.push(item),
                Err(closed) => break closed,
            }
            peak = peak.max(receiver.len());
        };
        Ok(Received { items, end, peak })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::queue;
    use crate::testing::in_time;

    #[anyrt::test(sim, seeds = 10)]
    async fn all_items_come_in_order_and_then_the_end() {
        let received = in_time(queue(100, 3)).await.unwrap();
        assert_eq!(received.items, Vec::from_iter(0..100));
        assert!(received.peak <= 3, "{received:?}");
    }
}
