//! Children that wait until they are cancelled.

use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::work::yield_once;

/// Counts children that wait for ever.
#[derive(Clone, Debug, Default)]
pub struct Parking(Arc<AtomicUsize>);

impl Parking {
    /// Makes a child that counts itself when it is first polled, and never ends.
    pub fn child(&self) -> impl Future<Output = ()> + Send + use<> {
        let parked = self.0.clone();
        async move {
            parked.fetch_add(1, Ordering::Relaxed);
            pending::<()>().await;
        }
    }

    /// Waits until so many are parked.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** It holds nothing.
    pub async fn holds(&self, children: usize) {
        while self.0.load(Ordering::Relaxed) < children {
            yield_once().await;
        }
    }
}
