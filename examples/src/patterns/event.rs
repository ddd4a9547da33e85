//! A consumer that waits until all is there.
//!
//! asyncio, Trio and `AnyIO`: `Event`.

use std::sync::{Arc, Mutex, PoisonError};

use anyrt::sync::Event;
use anyrt::{GroupError, TaskGroup};

/// What producer and consumer share.
#[derive(Default)]
struct Basket {
    items: Mutex<Vec<u32>>,
    is_full: Event,
}

/// Has a producer fill a basket, and gives what a consumer finds in it.
///
/// # Errors
///
/// [`GroupError::Cancelled`] if the runtime is shut down meanwhile.
pub async fn event(items: u32) -> Result<Vec<u32>, GroupError> {
    let basket = Arc::new(Basket::default());
    anyrt::task_group(async |group: TaskGroup| {
        let producer = basket.clone();
        group.spawn(async move {
            for item in 0..items {
                anyrt::yield_now().await; // anything that takes a while
                producer.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
            }
            producer.is_full.set();
        });
        basket.is_full.wait().await;
        Ok(basket.items.lock().unwrap_or_else(PoisonError::into_inner).clone())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::event;
    use crate::testing::in_time;

    #[anyrt::test(sim, seeds = 10)]
    async fn the_consumer_sees_all_items() {
        assert_eq!(in_time(event(10)).await, Ok(Vec::from_iter(0..10)));
    }
}
