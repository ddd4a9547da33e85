//! Something that happens once.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use super::lock;
use crate::support::{OnDrop, on_drop};

/// Something that happens once, and can be awaited before and after.
///
/// It is made of `std` alone, so that a fault of a backend shows in its own law only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Event {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn set(&self) {
        let wakers = {
            let mut state = lock(&self.0);
            state.0 = true;
            std::mem::take(&mut state.1)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn is_set(&self) -> bool {
        lock(&self.0).0
    }

    /// Waits for the event; a foreign future, no checkpoint.
    pub(crate) fn wait(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        let event = self.clone();
        poll_fn(move |cx| {
            let mut state = lock(&event.0);
            if state.0 {
                return Poll::Ready(());
            }
            if !state.1.iter().any(|waker| waker.will_wake(cx.waker())) {
                state.1.push(cx.waker().clone());
            }
            Poll::Pending
        })
    }

    /// Sets the event when the guard is dropped.
    pub(crate) fn guard(&self) -> OnDrop<impl FnOnce() + Send + 'static + use<>> {
        let event = self.clone();
        on_drop(move || event.set())
    }
}
