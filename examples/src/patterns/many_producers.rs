//! Two producers and one consumer; the channel closes by itself after the last producer.
//!
//! Trio and `AnyIO`: `send_channel.clone()`. asyncio has no such thing: one counts sentinels.

use anyrt::channel;
use anyrt::{GroupError, TaskGroup};

/// Has two producers send so many items each, and gives all that came.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn many_producers(each: u32) -> Result<Vec<(&'static str, u32)>, GroupError> {
    anyrt::task_group(async |group: TaskGroup| {
        let (sender, receiver) = channel::bounded(0);
        for producer in ["left", "right"] {
            let sender = sender.clone();
            group.spawn(async move {
                for item in 0..each {
                    if sender.send((producer, item)).await.is_err() {
                        break; // nobody wants it any more
                    }
                }
            });
        }
        // This one is not a producer's. While it is there, the channel is open, and the loop below
        // waits for ever.
        drop(sender);

        let mut items = Vec::new();
        while let Ok(item) = receiver.recv().await {
            items.push(item);
        }
        Ok(items)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::many_producers;
    use crate::testing::in_time;

    #[anyrt::test(sim, seeds = 10)]
    async fn every_item_comes_and_then_the_end() {
        let items = in_time(many_producers(50)).await.unwrap();
        assert_eq!(items.len(), 100);
        for producer in ["left", "right"] {
            let of_this = items.iter().filter(|(name, _)| *name == producer).map(|(_, item)| *item);
            assert_eq!(Vec::from_iter(of_this), Vec::from_iter(0..50), "{producer}");
        }
    }
}
