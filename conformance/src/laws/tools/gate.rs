//! A door for threads.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::{LONG, lock};

/// A door for threads, which stays shut for a while at most: a broken backend is not stuck.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(&self) {
        *lock(&self.0.0) = true;
        self.0.1.notify_all();
    }

    /// Blocks the thread; tells whether the gate was opened in time.
    pub(crate) fn wait(&self) -> bool {
        let (is_open, changed) = &*self.0;
        let waited = changed.wait_timeout_while(lock(is_open), LONG, |is_open| !*is_open);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
