//! Waiting for a future by blocking the thread.
//!
//! # Invariants
//!
//! - The thread parks only after a poll that was pending, and a wake-up that comes before leaves it its
//!   token: none is lost. A token that was meant for somebody else costs one more poll.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::frame;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls a future on this thread to its end, or until `timeout`, and gives what it came to.
///
/// Panics on a thread that polls an anyrt future: `call` and `instead` are for the message.
#[track_caller]
pub(crate) fn block_on<F: Future>(
    call: &str,
    instead: &str,
    timeout: Option<Duration>,
    future: F,
) -> Option<F::Output> {
    assert!(
        !frame::is_polling(),
        "{call} was called on a thread that is polling an anyrt task, which it would block: \
         await {instead} instead, or call {call} inside blocking::run"
    );
    let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        let Some(end) = end else {
            thread::park();
            continue;
        };
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}
