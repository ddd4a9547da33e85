//! A receiver of a watch channel as a stream of the futures crates.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::receiver::{Change, WatchReceiver};

/// The latest value at each change, until it is closed (law H11).
///
/// The value that was there first is no change. What was seen in another way does not come again.
///
/// # Cancel safety
///
/// **Safe.** A `next` that is dropped has seen nothing; the stream keeps its place among those that wait
/// until it is dropped, or asked with `changed`.
impl<T> Stream for WatchReceiver<T> {
    type Item = Arc<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arc<T>>> {
        let this = &mut *self;
        let mut change = Change { shared: &this.shared, seen: &mut this.seen };
        this.listening.poll(&mut change, &this.shared.state, cx).map(Result::ok)
    }
}
