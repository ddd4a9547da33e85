//! Ends that do not keep the channel open.

use std::fmt::{self, Debug};
use std::sync::Arc;

use super::receiver::Receiver;
use super::sender::Sender;
use super::state::State;
use crate::sys::Mutex;

/// A sender that does not keep the channel open.
///
/// It is made by [`Sender::downgrade`].
///
/// # Examples
///
/// ```
/// let (sender, _receiver) = anyrt_core::channel::bounded::<u32>(1);
/// let weak = sender.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(sender);
/// assert!(weak.upgrade().is_none(), "the last sender is gone, and stays so");
/// ```
pub struct WeakSender<T>(Arc<Mutex<State<T>>>);

impl<T> WeakSender<T> {
    pub(super) fn new(shared: &Arc<Mutex<State<T>>>) -> Self {
        Self(shared.clone())
    }

    /// Opens one more clone of the sender, while there is one.
    ///
    /// It gives `None` once the last sender was closed or dropped (law H1).
    pub fn upgrade(&self) -> Option<Sender<T>> {
        Sender::reopen(&self.0)
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

/// A receiver that does not keep the channel open.
///
/// It is made by [`Receiver::downgrade`].
pub struct WeakReceiver<T>(Arc<Mutex<State<T>>>);

impl<T> WeakReceiver<T> {
    pub(super) fn new(shared: &Arc<Mutex<State<T>>>) -> Self {
        Self(shared.clone())
    }

    /// Opens one more clone of the receiver, while there is one.
    ///
    /// It gives `None` once the last receiver was closed or dropped (law H2).
    ///
    /// # Cancel safety
    ///
    /// **Safe.** What is not received stays in the channel.
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        Receiver::reopen(&self.0)
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakReceiver").finish_non_exhaustive()
    }
}
