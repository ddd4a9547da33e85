//! A queue as users of asyncio know it: a channel that counts unfinished work.
//!
//! # Invariants
//!
//! - An item counts as unfinished before it is put, so that nobody can finish it first; a put that fails
//!   or is dropped takes its count back.
//! - Who waits for the end has it as soon as the count falls to 0, whatever is put after that.

use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::operation::{Operation, Place};
use super::{Receiver, Sender};
use crate::deferred::Deferred;
use crate::error::{SendError, TaskDoneError, TryRecvError, TrySendError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::wait_list::{Standing, WaitList};
use crate::waiting::Wait;

/// A queue that many tasks put into and get from.
///
/// It can be waited for, and is shared by reference, or in an `Arc`. Whoever gets an item says
/// [`task_done`](Self::task_done) when it is dealt with, and [`join`](Self::join) waits until that was
/// said of every item.
///
/// # Examples
///
/// ```
/// use anyrt_core::channel::Queue;
///
/// # futures_executor::block_on(async {
/// let queue = Queue::new(2);
/// queue.put("job").await.unwrap();
/// assert_eq!(queue.get().await, Ok("job"));
/// queue.task_done().unwrap();
/// queue.join().await;
///
/// queue.shutdown(false);
/// assert_eq!(queue.put("too late").await.unwrap_err().0, "too late");
/// assert!(queue.get().await.is_err());
/// # });
/// ```
pub struct Queue<T> {
    sender: Sender<T>,
    receiver: Receiver<T>,
    unfinished: Mutex<Unfinished>,
}

struct Unfinished {
    count: usize,
    joining: WaitList<()>,
}

impl<T> Queue<T> {
    /// Makes a queue that holds at most `max_size` items; 0 is any number.
    pub fn new(max_size: usize) -> Self {
        let capacity = Some(max_size).filter(|size| *size > 0);
        let (sender, receiver) = super::with_capacity(capacity);
        let unfinished = Mutex::new(Unfinished { count: 0, joining: WaitList::new() });
        Self { sender, receiver, unfinished }
    }

    /// Puts an item into the queue, and waits while it is full.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the item, if the queue was shut down.
    ///
    /// # Cancel safety
    ///
    /// **Loses data**: an item whose `put` is dropped is dropped with it, and never in the queue.
    pub async fn put(&self, item: T) -> Result<(), SendError<T>> {
        let counted = self.count_item();
        self.sender.send(item).await?;
        counted.keep();
        Ok(())
    }

    /// Puts an item into the queue if it is not full.
    ///
    /// # Errors
    ///
    /// [`TrySendError`] with the item, if the queue is full or was shut down.
    pub fn put_nowait(&self, item: T) -> Result<(), TrySendError<T>> {
        let counted = self.count_item();
        self.sender.try_send(item)?;
        counted.keep();
        Ok(())
    }

    /// Takes the next item, and waits while there is none.
    ///
    /// # Errors
    ///
    /// [`Closed`](super::Closed) if the queue was shut down and is empty.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `get` that is dropped took nothing.
    pub fn get(&self) -> super::Receiving<'_, T> {
        self.receiver.recv()
    }

    /// Takes the next item if there is one that nobody was promised.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none, or the queue was shut down and is empty.
    pub fn get_nowait(&self) -> Result<T, TryRecvError> {
        self.receiver.try_recv()
    }

    /// Says that an item that was taken is dealt with.
    ///
    /// # Errors
    ///
    /// [`TaskDoneError`] if that was said of every item already.
    pub fn task_done(&self) -> Result<(), TaskDoneError> {
        let mut deferred = Deferred::default();
        let mut unfinished = lock(&self.unfinished);
        let Some(count) = unfinished.count.checked_sub(1) else {
            return Err(TaskDoneError::new());
        };
        unfinished.count = count;
        if count == 0 {
            unfinished.joining.close(|()| true, &mut deferred);
        }
        drop(unfinished);
        deferred.run();
        Ok(())
    }

    /// Waits until every item that was put was taken and dealt with.
    ///
    /// An item whose `put` waits counts, too.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** Dropping it forgets the wait.
    pub fn join(&self) -> Joining<'_, T> {
        Joining { queue: self, place: Place::default() }
    }

    /// Lets nothing more in; never waits (law P6).
    ///
    /// What is in the queue can still be taken, and then [`get`](Self::get) gives [`Closed`](super::Closed). If
    /// `immediate`, it is dropped instead, and counts as dealt with.
    pub fn shutdown(&self, immediate: bool) {
        self.sender.close();
        while immediate && let Ok(item) = self.receiver.try_recv() {
            drop(item);
            // It fails only if the users have said it too often.
            let _ = self.task_done();
        }
    }

    /// Counts the items.
    #[doc(alias = "qsize")]
    pub fn size(&self) -> usize {
        self.receiver.len()
    }

    /// Tells whether there is no item.
    #[doc(alias = "empty")]
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// Tells whether a put would have to wait.
    #[doc(alias = "full")]
    pub fn is_full(&self) -> bool {
        let channel = self.sender.statistics();
        channel.capacity.is_some_and(|capacity| channel.used + channel.reserved >= capacity)
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> QueueStatistics {
        let channel = self.sender.statistics();
        QueueStatistics {
            size: channel.used,
            max_size: channel.capacity,
            unfinished: lock(&self.unfinished).count,
            putting: channel.waiting_senders,
            getting: channel.waiting_receivers,
        }
    }

    fn count_item(&self) -> Counted<'_, T> {
        lock(&self.unfinished).count += 1;
        Counted(Some(self))
    }
}

/// Takes the count of an item back, unless it is kept.
struct Counted<'a, T>(Option<&'a Queue<T>>);

impl<T> Counted<'_, T> {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl<T> Drop for Counted<'_, T> {
    fn drop(&mut self) {
        if let Some(queue) = self.0 {
            // It fails only if the users have said it too often.
            let _ = queue.task_done();
        }
    }
}

impl<T> Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Queue").field(&self.statistics()).finish()
    }
}

/// What a queue tells about itself (law H6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStatistics {
    /// The items in the queue.
    pub size: usize,
    /// How many it may hold; `None` is any number.
    pub max_size: Option<usize>,
    /// The items that nobody has called done.
    pub unfinished: usize,
    /// The puts that wait.
    pub putting: usize,
    /// The gets that wait.
    pub getting: usize,
}

/// The future of [`Queue::join`].
///
/// # Cancel safety
///
/// **Safe.** Dropping it forgets the wait (law X3).
#[must_use = "a join does nothing unless it is awaited"]
pub struct Joining<'a, T> {
    queue: &'a Queue<T>,
    place: Place,
}

struct Join;

impl Operation for Join {
    type State = Unfinished;
    type Output = ();

    const WAIT: Wait = Wait::Join;

    fn begin(
        &mut self,
        state: &mut Unfinished,
        waker: &Waker,
        _: &mut Deferred,
    ) -> Result<(), usize> {
        if state.count == 0 { Ok(()) } else { Err(state.joining.push_back((), waker)) }
    }

    fn is_committed(&self, state: &Unfinished, key: usize) -> bool {
        state.joining.standing(key) == Standing::Closed
    }

    fn go_on(
        &mut self,
        state: &mut Unfinished,
        key: usize,
        waker: &Waker,
        deferred: &mut Deferred,
    ) -> Poll<()> {
        if self.is_committed(state, key) {
            state.joining.remove(key, deferred);
            return Poll::Ready(());
        }
        state.joining.renew(key, waker, deferred);
        Poll::Pending
    }

    fn leave(&mut self, state: &mut Unfinished, key: usize, deferred: &mut Deferred) {
        state.joining.remove(key, deferred);
    }
}

impl<T> Future for Joining<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let queue = self.queue;
        self.place.poll(&mut Join, &queue.unfinished, cx)
    }
}

impl<T> Drop for Joining<'_, T> {
    fn drop(&mut self) {
        self.place.leave(&mut Join, &self.queue.unfinished);
    }
}

impl<T> Debug for Joining<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joining").field("is_waiting", &self.place.is_taken()).finish()
    }
}
