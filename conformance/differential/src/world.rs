//! What the tasks of one run share: primitives, names, the log and the ledger.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex as Lock};

use anyrt_core::prelude::*;
use anyrt_core::sync::{CapacityLimiter, Condvar, Event, Mutex};
use anyrt_core::{Backend, CancelScope};

use crate::environment::{Child, Group};
use crate::ledger::Ledger;
use crate::log::{Failed, Log, lock};
use crate::program::Program;

type ScopeHandle<B> = <<B as Backend>::CancelScope as CancelScope>::Handle;
type NamedChild<B> = Arc<Lock<Option<Child<B>>>>;
type Cancel = Arc<dyn Fn() + Send + Sync>;

/// The world of one run; clones mean the same.
pub(crate) struct World<B: Backend>(Arc<Shared<B>>);

pub(crate) struct Shared<B: Backend> {
    pub(crate) backend: B,
    pub(crate) log: Log,
    pub(crate) ledger: Ledger,
    pub(crate) events: Vec<Event>,
    pub(crate) locks: Vec<Mutex<()>>,
    pub(crate) semaphores: Vec<B::Semaphore>,
    pub(crate) conditions: Vec<(Mutex<()>, Condvar)>,
    pub(crate) limiters: Vec<CapacityLimiter>,
    cancels: Lock<HashMap<u32, Cancel>>,
    scopes: Lock<HashMap<u32, ScopeHandle<B>>>,
    groups: Lock<HashMap<u32, OpenGroup<B>>>,
    children: Lock<HashMap<u32, NamedChild<B>>>,
}

/// A group that was opened, and its living children.
pub(crate) struct OpenGroup<B: Backend> {
    pub(crate) group: Group<B>,
    pub(crate) children: Arc<AtomicI64>,
}

impl<B: Backend> Clone for OpenGroup<B> {
    fn clone(&self) -> Self {
        Self { group: self.group.clone(), children: self.children.clone() }
    }
}

impl<B: Backend> Clone for World<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Backend> std::ops::Deref for World<B> {
    type Target = Shared<B>;

    fn deref(&self) -> &Shared<B> {
        &self.0
    }
}

impl<B: Backend> World<B> {
    pub(crate) fn new(backend: B, log: Log, program: &Program) -> Self {
        Self(Arc::new(Shared {
            log,
            ledger: Ledger::default(),
            events: (0..program.events).map(|_| Event::new()).collect(),
            locks: (0..program.locks).map(|_| Mutex::new(())).collect(),
            semaphores: program.semaphores.iter().map(|&count| backend.semaphore(count)).collect(),
            conditions: (0..program.conditions).map(|_| Default::default()).collect(),
            limiters: program.limiters.iter().map(|&total| CapacityLimiter::new(total)).collect(),
            backend,
            cancels: Lock::default(),
            scopes: Lock::default(),
            groups: Lock::default(),
            children: Lock::default(),
        }))
    }

    pub(crate) fn say(&self, statement: impl Display, text: impl Display) {
        self.log.say(self.backend.now(), &statement, &text);
    }

    /// Watches a block, which says how it ended if it did not end well.
    pub(crate) fn watch(&self, statement: impl Display) -> Watch<B> {
        Watch { world: self.clone(), statement: statement.to_string(), is_over: false }
    }

    pub(crate) fn name_scope(&self, id: u32, handle: ScopeHandle<B>) {
        lock(&self.scopes).insert(id, handle.clone());
        self.name_cancel(id, move || handle.cancel());
    }

    pub(crate) fn name_cancel(&self, id: u32, cancel: impl Fn() + Send + Sync + 'static) {
        lock(&self.cancels).insert(id, Arc::new(cancel));
    }

    pub(crate) fn name_group(&self, id: u32, group: OpenGroup<B>) {
        let handle = group.group.clone();
        lock(&self.groups).insert(id, group);
        self.name_cancel(id, move || handle.cancel());
    }

    pub(crate) fn name_child(&self, id: u32, handle: Child<B>) {
        let child = Arc::new(Lock::new(Some(handle)));
        lock(&self.children).insert(id, child.clone());
        self.name_cancel(id, move || {
            if let Some(handle) = &*lock(&child) {
                handle.cancel();
            }
        });
    }

    /// Gives the handle of a child, which nobody names any more.
    pub(crate) fn take_child(&self, id: u32) -> Option<Child<B>> {
        let child = lock(&self.children).remove(&id)?;
        lock(&self.cancels).remove(&id);
        lock(&child).take()
    }

    pub(crate) fn cancel_of(&self, id: u32) -> Option<Cancel> {
        lock(&self.cancels).get(&id).cloned()
    }

    pub(crate) fn scope_of(&self, id: u32) -> Option<ScopeHandle<B>> {
        lock(&self.scopes).get(&id).cloned()
    }

    pub(crate) fn group_of(&self, id: u32) -> Option<OpenGroup<B>> {
        lock(&self.groups).get(&id).cloned()
    }
}

/// A block that is being done: it says how it ended, also if it is dropped.
pub(crate) struct Watch<B: Backend> {
    world: World<B>,
    statement: String,
    is_over: bool,
}

impl<B: Backend> Watch<B> {
    /// The block ended, well or not; only the latter is said.
    pub(crate) fn over<T>(mut self, ended: Result<T, Failed>) -> Result<T, Failed> {
        self.is_over = true;
        if let Err(failed) = &ended {
            self.world.say(&self.statement, format!("failed {failed}"));
        }
        ended
    }

    /// The block ended in a way that is said otherwise.
    pub(crate) fn done(mut self) {
        self.is_over = true;
    }
}

impl<B: Backend> Drop for Watch<B> {
    fn drop(&mut self) {
        if !self.is_over {
            self.world.say(&self.statement, "cut");
        }
    }
}
