//! A receiver as a stream of the futures crates.
//!
//! # Invariants
//!
//! - A receiver that was polled as a stream, and had to wait, keeps a place in the queue, which is no
//!   longer there when the receiver is dropped, or asked in another way: what was promised to the
//!   stream then passes on, to the one who asks if nobody else waits.
//! - The key changes under the lock of the channel, or where the receiver is borrowed mutably.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::operation::Place;
use super::receiver::Receiver;
use super::state::State;
use crate::deferred::Deferred;
use crate::sys::atomic::{AtomicUsize, Ordering};

/// The place of a stream in the queue of receivers: one more than its key, or 0.
#[derive(Default)]
pub(super) struct Listening(AtomicUsize);

impl Listening {
    pub(super) fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Leaves the queue, if it stands in it.
    #[inline]
    pub(super) fn stop<T>(&self, state: &mut State<T>, deferred: &mut Deferred) {
        if let Some(key) = self.0.load(Ordering::Relaxed).checked_sub(1) {
            self.0.store(0, Ordering::Relaxed);
            state.withdraw_recv(key, deferred);
        }
    }

    fn take_place(&self) -> Place {
        Place::at(self.0.swap(0, Ordering::Relaxed).checked_sub(1))
    }

    fn put_place(&self, place: &Place) {
        self.0.store(place.key().map_or(0, |key| key + 1), Ordering::Relaxed);
    }
}

/// The items, until the channel is closed (law H8).
///
/// # Cancel safety
///
/// **Safe.** A `next` that is dropped took nothing; the stream keeps its place in the queue until it is
/// dropped, or asked with `recv` or `try_recv`.
impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut receiver = &*self;
        let mut place = receiver.listening.take_place();
        let poll = place.poll(&mut receiver, &self.shared, cx);
        self.listening.put_place(&place);
        poll.map(Result::ok)
    }
}
