//! Children that wait until they are cancelled.

use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Places for children that wait for ever.
#[derive(Clone, Debug)]
pub struct Parking(Arc<Places>);

#[derive(Debug)]
struct Places {
    free: AtomicUsize,
    full: Notify,
}

impl Parking {
    /// Makes so many places.
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Places { free: AtomicUsize::new(places), full: Notify::new() }))
    }

    /// Makes a child that takes a place when it is first polled, and never ends.
    pub fn child(&self) -> impl Future<Output = ()> + Send + use<> {
        let places = self.0.clone();
        async move {
            if places.free.fetch_sub(1, Ordering::Relaxed) == 1 {
                places.full.notify_one();
            }
            pending::<()>().await;
        }
    }

    /// Waits until no place is free.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It is said once, to whoever asks then or later.
    pub async fn is_full(&self) {
        self.0.full.notified().await;
    }
}
