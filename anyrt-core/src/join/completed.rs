//! `as_completed`: the outputs of many futures, each when it is there.
//!
//! # Invariants
//!
//! - An output lies in the queue until it is taken in the poll that gives it: a `next` that is cut
//!   or dropped has taken nothing (laws P1, X3).
//! - Whoever waits registers its waker and looks into the queue after; a child fills the queue and
//!   wakes after. The end of the last child wakes through the group.
//! - The end is told only after the group has given its result, and so after every child was dropped.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};

use super::fan_out::{FanOut, Take};
use super::home::Home;
use crate::driver::{Ambient, Driver};
use crate::group::TaskGroup;
use crate::lock::lock;
use crate::source::Source;
use crate::sys::Mutex;
use crate::waiting::Wait;
use crate::waker_slot::WakerSlot;
use crate::{budget, leaf};

/// The outputs of many futures, in completion order.
///
/// Made by `as_completed`.
///
/// The futures start at the first [`next`](Self::next), as children of a group. They are tasks, and
/// go on while the consumer does something else. They belong to the scope in which the stream was
/// made: a timeout around one `next` does not cut them.
///
/// # Cancel safety
///
/// **Loses data** if it is dropped: outputs that were not taken go with it. The futures that have not
/// ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2). A
/// [`next`](Self::next) that is dropped took nothing.
#[must_use = "nothing starts before the first next"]
pub struct AsCompleted<D, T> {
    group: FanOut<D, Infallible, ()>,
    home: Home,
    outputs: Arc<Outputs<T>>,
    remaining: usize,
    has_started: bool,
}

/// What has ended and was not taken yet.
struct Outputs<T> {
    queue: Mutex<VecDeque<T>>,
    waker: WakerSlot,
}

impl<T> Outputs<T> {
    fn push(&self, output: T) {
        lock(&self.queue).push_back(output);
        self.waker.wake();
    }

    fn pop(&self) -> Option<T> {
        lock(&self.queue).pop_front()
    }
}

impl<D: Driver, T: Send + 'static> AsCompleted<D, T> {
    /// Makes a stream of the outputs of `futures`, which run on `driver`.
    #[track_caller]
    pub fn on<I, F>(driver: D, futures: I) -> Self
    where
        I: IntoIterator<Item = F>,
        F: Future<Output = T> + Send + 'static,
    {
        Self::from_source(Source::Given(driver), futures)
    }

    /// Makes a stream whose futures run on the backend that polls it first.
    #[track_caller]
    pub fn ambient<I, F>(futures: I) -> Self
    where
        D: Ambient,
        I: IntoIterator<Item = F>,
        F: Future<Output = T> + Send + 'static,
    {
        Self::from_source(Source::ambient(), futures)
    }

    #[track_caller]
    fn from_source<I, F>(source: Source<D>, futures: I) -> Self
    where
        I: IntoIterator<Item = F>,
        F: Future<Output = T> + Send + 'static,
    {
        let futures = Vec::from_iter(futures);
        let remaining = futures.len();
        let queue = Mutex::new(VecDeque::new());
        let outputs = Arc::new(Outputs { queue, waker: WakerSlot::default() });
        let filled = outputs.clone();
        let group = FanOut::from_source(source, move |group| start(group, &filled, futures));
        Self { group, home: Home::here(), outputs, remaining, has_started: false }
    }

    /// Waits for the next output.
    ///
    /// It gives `None` after the last future has ended and was dropped.
    ///
    /// It is a checkpoint. Cut children have no output: if a cancellation has cut them that does not
    /// reach the caller, because of a shield, the stream ends with [`remaining`](Self::remaining)
    /// above 0.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of a future, after all of them have ended (law E5). Outputs that were
    /// not taken by then are dropped.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `next` that is dropped took nothing, and the futures go on.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot wait")]
    pub fn next(&mut self) -> NextCompleted<'_, D, T> {
        NextCompleted { stream: self }
    }

    fn poll_group(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.group.is_over() {
            return Poll::Ready(());
        }
        self.has_started = true;
        let group = Pin::new(&mut self.group);
        // Cut from outside, it has ended all the same.
        self.home.enter(cx, |cx| group.poll(cx)).map(drop)
    }

    fn poll_output(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if leaf::poll_turn(cx).is_pending() {
            // A cancelled scope waits for the children, as long as somebody polls their group.
            if self.has_started {
                let _ = self.poll_group(cx);
            }
            return Poll::Pending;
        }
        self.outputs.waker.register(cx.waker());
        if !self.has_started {
            let _ = self.poll_group(cx);
        }
        let mut output = self.outputs.pop();
        if output.is_none() {
            if self.poll_group(cx).is_pending() {
                leaf::wait(cx.waker(), Wait::Recv);
                return Poll::Pending;
            }
            output = self.outputs.pop();
        }
        self.remaining -= usize::from(output.is_some());
        budget::spend();
        Poll::Ready(output)
    }
}

impl<D, T> AsCompleted<D, T> {
    /// Tells how many futures have not given their output yet.
    pub fn remaining(&self) -> usize {
        self.remaining
    }
}

fn start<D, F>(
    group: &TaskGroup<D, Infallible>,
    outputs: &Arc<Outputs<F::Output>>,
    futures: Vec<F>,
) -> Take<()>
where
    D: Driver,
    F: Future<Output: Send> + Send + 'static,
{
    for future in futures {
        let outputs = outputs.clone();
        group.spawn_for_opener(async move { outputs.push(future.await) });
    }
    Box::new(|| Some(()))
}

impl<D, T> Drop for AsCompleted<D, T> {
    fn drop(&mut self) {
        self.group.abandon();
        let untaken = std::mem::take(&mut *lock(&self.outputs.queue));
        drop(untaken);
    }
}

// Nothing in it is ever pinned.
impl<D, T> Unpin for AsCompleted<D, T> {}

impl<D: Driver, T: Send + 'static> Stream for AsCompleted<D, T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_output(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Nothing is sure: a panic or a cancellation may come in between.
        (0, Some(self.remaining))
    }
}

impl<D: Driver, T: Send + 'static> FusedStream for AsCompleted<D, T> {
    fn is_terminated(&self) -> bool {
        self.group.is_over() && lock(&self.outputs.queue).is_empty()
    }
}

impl<D, T> Debug for AsCompleted<D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted")
            .field("has_started", &self.has_started)
            .field("ready", &lock(&self.outputs.queue).len())
            .field("remaining", &self.remaining)
            .field("group", &self.group)
            .finish()
    }
}

/// The future of [`AsCompleted::next`].
///
/// # Cancel safety
///
/// **Safe.** A `next` that is dropped took nothing (laws P1, X3).
#[must_use = "a next does nothing unless it is awaited"]
pub struct NextCompleted<'a, D, T> {
    stream: &'a mut AsCompleted<D, T>,
}

impl<D: Driver, T: Send + 'static> Future for NextCompleted<'_, D, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.stream.poll_output(cx)
    }
}

impl<D, T> Debug for NextCompleted<'_, D, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NextCompleted").field(&self.stream).finish()
    }
}
