//! One producer, and three workers that share a channel.
//!
//! asyncio: a `Queue` with several consumers. Trio and `AnyIO`: `receive_channel.clone()`.

use std::time::Duration;

use anyrt::channel;
use anyrt::{GroupError, TaskGroup};

/// Has three workers work a second at each of `count` items, and gives who worked at what.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn fan_out(count: u32, second: Duration) -> Result<Vec<Vec<u32>>, GroupError> {
    anyrt::task_group(async |group: TaskGroup| {
        let (sender, receiver) = channel::bounded(0);
        let workers = [(); 3].map(|()| {
            let receiver = receiver.clone();
            group.spawn(async move {
                let mut done = Vec::new();
                while let Ok(item) = receiver.recv().await {
                    anyrt::sleep(second).await; // the work
                    done.push(item);
                }
                Ok(done)
            })
        });
        for item in 0..count {
            let _ = sender.send(item).await; // This block has a receiver, too: it cannot fail.
        }
        drop(sender); // the end of the stream, which each worker sees

        let mut done = Vec::new();
        for worker in workers {
            done.push(worker.value().await);
        }
        Ok(done)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::fan_out;
    use crate::testing::{SECOND, assert_took, timed};

    #[anyrt::test(sim, seeds = 10)]
    async fn each_item_goes_to_one_worker_and_all_have_some() {
        let (done, took) = timed(fan_out(20, SECOND)).await;
        let done = done.unwrap();
        assert!(done.iter().all(|items| !items.is_empty()), "{done:?}");
        let mut items = done.concat();
        items.sort_unstable();
        assert_eq!(items, Vec::from_iter(0..20));
        assert_took(took, SECOND * 7);
    }
}
