//! What a statement sees of the blocks around it in its task.

use std::sync::{Arc, Mutex};

use anyrt_core::{Backend, TaskGroup};

use crate::ledger::Item;
use crate::log::{Failed, lock};

pub(crate) type Group<B> = <B as Backend>::TaskGroup<Failed>;
pub(crate) type Child<B> = <Group<B> as TaskGroup<Failed>>::Handle<()>;
pub(crate) type Sender<B> = <B as Backend>::Sender<Item>;
pub(crate) type Receiver<B> = <B as Backend>::Receiver<Item>;
type Ready<B> = <Group<B> as TaskGroup<Failed>>::Readiness<()>;

/// The ends of the channels that are used here, and how to say that the task is ready.
pub(crate) struct Environment<B: Backend> {
    senders: Arc<[Arc<Sender<B>>]>,
    receivers: Arc<[Arc<Receiver<B>>]>,
    readiness: Option<Arc<Mutex<Option<Ready<B>>>>>,
}

impl<B: Backend> Clone for Environment<B> {
    fn clone(&self) -> Self {
        Self {
            senders: self.senders.clone(),
            receivers: self.receivers.clone(),
            readiness: self.readiness.clone(),
        }
    }
}

impl<B: Backend> Environment<B> {
    pub(crate) fn new(ends: Vec<(Sender<B>, Receiver<B>)>) -> Self {
        let (senders, receivers): (Vec<_>, Vec<_>) = ends
            .into_iter()
            .map(|(sender, receiver)| (Arc::new(sender), Arc::new(receiver)))
            .unzip();
        Self { senders: senders.into(), receivers: receivers.into(), readiness: None }
    }

    pub(crate) fn sender(&self, channel: usize) -> Arc<Sender<B>> {
        self.senders[channel].clone()
    }

    pub(crate) fn receiver(&self, channel: usize) -> Arc<Receiver<B>> {
        self.receivers[channel].clone()
    }

    pub(crate) fn with_sender(&self, channel: usize, end: Arc<Sender<B>>) -> Self {
        let mut senders = self.senders.to_vec();
        senders[channel] = end;
        Self { senders: senders.into(), ..self.clone() }
    }

    pub(crate) fn with_receiver(&self, channel: usize, end: Arc<Receiver<B>>) -> Self {
        let mut receivers = self.receivers.to_vec();
        receivers[channel] = end;
        Self { receivers: receivers.into(), ..self.clone() }
    }

    /// What another task, or a cleanup, sees of it.
    pub(crate) fn of_child(&self) -> Self {
        Self { readiness: None, ..self.clone() }
    }

    pub(crate) fn of_starting(&self, ready: Ready<B>) -> Self {
        Self { readiness: Some(Arc::new(Mutex::new(Some(ready)))), ..self.clone() }
    }

    /// What the task may say that it is ready with; `None` if it was not started, `Some(None)` if it
    /// has said so.
    pub(crate) fn readiness(&self) -> Option<Option<Ready<B>>> {
        self.readiness.as_ref().map(|ready| lock(ready).take())
    }
}
