//! Who runs in a group of threads, and how a cancellation reaches them.

use std::sync::Arc;

use slab::Slab;

use crate::blocking::Following;
use crate::error::Reason;
use crate::lock::lock;
use crate::scope::CancelHandle;
use crate::sys::Mutex;

#[derive(Default)]
pub(super) struct Members(Mutex<State>);

#[derive(Default)]
struct State {
    /// Why the group was cancelled, if it was.
    reason: Option<Reason>,
    /// The scopes of the children that run.
    running: Slab<CancelHandle>,
}

impl Members {
    pub(super) fn cancel(&self, reason: Reason) {
        let mut state = lock(&self.0);
        if state.reason.is_some() {
            return;
        }
        state.reason = Some(reason.clone());
        let running: Vec<_> = state.running.iter().map(|(_, handle)| handle.clone()).collect();
        drop(state);
        for handle in running {
            handle.cancel_with(reason.clone());
        }
    }

    /// Lists a child's scope, and cancels it if the group is cancelled.
    pub(super) fn enter(&self, handle: CancelHandle) -> usize {
        let mut state = lock(&self.0);
        let reason = state.reason.clone();
        let key = state.running.insert(handle.clone());
        drop(state);
        if let Some(reason) = reason {
            handle.cancel_with(reason);
        }
        key
    }

    pub(super) fn leave(&self, key: usize) {
        let handle = lock(&self.0).running.remove(key);
        drop(handle);
    }

    pub(super) fn running(&self) -> usize {
        lock(&self.0).running.len()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        lock(&self.0).reason.is_some()
    }

    /// Cancels the group when the blocking call is cancelled that this thread runs, if it runs one.
    pub(super) fn follow_call(self: &Arc<Self>) -> Option<Following> {
        let members = Arc::downgrade(self);
        Following::begin(move |reason| {
            if let Some(members) = members.upgrade() {
                members.cancel(reason);
            }
        })
    }
}
