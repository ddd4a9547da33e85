//! What tests of outcomes share.

use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;

/// Fails instead of hanging.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(Duration::from_secs(20), future).await.expect("it hangs")
}

/// Gives the message with which a future panics.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) async fn panic_of<F: Future>(future: F) -> String {
    let payload = in_time(AssertUnwindSafe(future).catch_unwind()).await.err().expect("no panic");
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Ends when its task is cancelled, without being cut.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) async fn until_cancelled() {
    poll_fn(|_| if anyrt::is_cancelled() { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Counts the destructors that ran.
#[derive(Clone, Default)]
pub(crate) struct Ends(Arc<AtomicUsize>);

impl Ends {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn guard(&self) -> Guard {
        Guard(self.clone())
    }
}

pub(crate) struct Guard(Ends);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}
