//! A receiver of a broadcast channel as a stream of the futures crates.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::receiver::{BroadcastReceiver, Recv};
use crate::error::{BroadcastError, Missed};

/// The items, or how many were missed, until it is closed (law H10).
///
/// # Cancel safety
///
/// **Safe.** A `next` that is dropped has seen nothing; the stream keeps its place among those that wait
/// until it is dropped, or asked with `recv` or `try_recv`.
impl<T: Clone> Stream for BroadcastReceiver<T> {
    type Item = Result<T, Missed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let mut recv = Recv { shared: &this.shared, next: &mut this.next };
        let poll = this.listening.poll(&mut recv, &this.shared, cx);
        poll.map(|received| match received {
            Ok(item) => Some(Ok(Arc::unwrap_or_clone(item))),
            Err(BroadcastError::Missed(count)) => Some(Err(Missed(count))),
            Err(BroadcastError::Closed) => None,
        })
    }
}
