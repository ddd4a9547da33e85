//! The receiving half of a channel.

use std::fmt::{self, Debug};
use std::sync::Arc;

use super::recv::Receiving;
use super::state::{CloneId, Progress, State};
use super::statistics::ChannelStatistics;
use crate::error::{Closed, TryRecvError};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicBool, Ordering};
use crate::wait_list::Deferred;

/// The receiving half of a channel.
///
/// Clones are counted, and each item goes to one of them.
pub struct Receiver<T> {
    pub(super) shared: Arc<Mutex<State<T>>>,
    pub(super) clone: CloneId,
    is_closed: AtomicBool,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Arc<Mutex<State<T>>>) -> Self {
        let clone = lock(&shared).add_receiver();
        Self { shared, clone, is_closed: AtomicBool::new(false) }
    }

    /// Takes the next item, and waits while there is none.
    ///
    /// # Errors
    ///
    /// [`Closed`] if all senders are closed and the channel is empty, or this clone is closed.
    ///
    /// # Cancel safety
    ///
    /// **Safe.** A `recv` that is dropped took nothing: an item that was promised to it goes to
    /// the next receiver (law P2).
    pub fn recv(&self) -> Receiving<'_, T> {
        Receiving::new(self)
    }

    /// Takes the next item if there is one that nobody was promised.
    ///
    /// # Errors
    ///
    /// [`TryRecvError`] if there is none, or the channel is closed.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        if self.is_closed() {
            return Err(TryRecvError::Closed);
        }
        match self.change(State::try_recv) {
            Progress::Done(item) => Ok(item),
            Progress::Waiting => Err(TryRecvError::Empty),
            Progress::Closed => Err(TryRecvError::Closed),
        }
    }

    /// Closes this clone; never waits, also in a cancelled scope (law P6).
    ///
    /// Receives that wait on this clone fail (law H3). When the last clone is closed or dropped,
    /// the senders fail (law H2), and the items in the buffer are dropped.
    pub fn close(&self) {
        if !self.is_closed.swap(true, Ordering::SeqCst) {
            let unreceived =
                self.change(|state, deferred| state.close_receiver(self.clone, deferred));
            drop(unreceived);
        }
    }

    /// Gives numbers for monitoring.
    pub fn statistics(&self) -> ChannelStatistics {
        lock(&self.shared).statistics()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    fn change<R>(&self, change: impl FnOnce(&mut State<T>, &mut Deferred) -> R) -> R {
        let mut deferred = Deferred::default();
        let result = change(&mut lock(&self.shared), &mut deferred);
        deferred.run();
        result
    }
}

/// Opens one more clone; of a closed one, a closed one.
impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        let mut state = lock(&self.shared);
        let is_closed = self.is_closed();
        let clone = if is_closed { self.clone } else { state.add_receiver() };
        drop(state);
        Self { shared: self.shared.clone(), clone, is_closed: AtomicBool::new(is_closed) }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("is_closed", &self.is_closed())
            .field("channel", &self.statistics())
            .finish()
    }
}

impl<T: Send + 'static> crate::backend::Receiver<T> for Receiver<T> {
    fn recv(&self) -> impl Future<Output = Result<T, Closed>> + Send {
        self.recv()
    }

    fn try_recv(&self) -> Result<T, TryRecvError> {
        self.try_recv()
    }

    fn close(&self) {
        self.close();
    }
}
