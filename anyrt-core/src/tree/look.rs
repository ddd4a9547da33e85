//! A walk through the groups and tasks that live now.
//!
//! # Invariants
//!
//! - Groups that no group encloses are listed when they begin. The list is swept when it has doubled,
//!   like that of a node's children.
//! - The walk is iterative, and holds one lock at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::link::Branch;
use super::node::{CLOSED, Node, RUNNING, Role};
use crate::driver::{Driver, ErasedBackend};
use crate::lock::lock;
use crate::task_tree::{Entry, GroupEntry, Kind, TaskEntry};

/// The groups that no group encloses; not one of the model checker's, since it lives on.
static OUTERMOST: Mutex<Branch> = Mutex::new(Branch::new());

fn outermost() -> MutexGuard<'static, Branch> {
    OUTERMOST.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    /// Lists a group that no group encloses.
    pub(crate) fn list_outermost(self: &Arc<Self>) {
        outermost().add(self);
    }

    /// The groups and tasks directly inside this group or task.
    fn inside(self: &Arc<Self>) -> Vec<Arc<Node>> {
        let mut found = Vec::new();
        let mut todo = vec![self.clone()];
        while let Some(node) = todo.pop() {
            // What is not kept is dropped without a lock, since it may be the last of its kind.
            let children: Vec<_> = match lock(&node.link).extra() {
                Some(extra) => {
                    if Arc::ptr_eq(&node, self) {
                        found.extend(extra.tasks.iter().cloned());
                    }
                    extra.children.iter().collect()
                }
                None => continue,
            };
            for child in children {
                match child.role {
                    Role::Scope => todo.push(child),
                    Role::Group(_) => found.push(child),
                    // A task that is starting is shown in its group.
                    Role::Task(_) => {}
                }
            }
        }
        found.retain(|node| match node.role {
            Role::Group(_) => !node.has(CLOSED),
            _ => node.has(RUNNING),
        });
        found
    }

    fn entry(&self, depth: usize) -> Entry {
        let kind = match &self.role {
            Role::Task(task) => {
                let now = task.group().as_group().backend().now();
                Kind::Task(TaskEntry {
                    id: task.id(),
                    name: self.name().map(|name| name.to_string()),
                    spawned_at: task.spawned_at(),
                    age: now.saturating_duration_since(task.since()),
                    is_background: self.is_background(),
                    is_cancelled: self.is_effective(),
                    waits_for: self.waits_for(),
                })
            }
            Role::Scope | Role::Group(_) => {
                let group = self.as_group();
                let backend = group.backend();
                Kind::Group(GroupEntry {
                    number: group.number(),
                    opened_at: group.opened_at(),
                    age: backend.now().saturating_duration_since(group.since()),
                    backend: backend.name(),
                    is_joining: group.is_awaited(),
                    is_cancelled: self.is_effective(),
                    waits_for: self.waits_for(),
                })
            }
        };
        Entry { depth, kind }
    }
}

/// Gives the groups and tasks on these backends, each followed by what is inside.
pub(crate) fn look(mut is_wanted: impl FnMut(&ErasedBackend) -> bool) -> Vec<Entry> {
    let mut found: Vec<_> = outermost().iter().collect();
    found.retain(|node| !node.has(CLOSED) && is_wanted(node.as_group().backend()));
    let mut entries = Vec::new();
    let mut todo: Vec<_> = found.into_iter().rev().map(|node| (node, 0)).collect();
    while let Some((node, depth)) = todo.pop() {
        entries.push(node.entry(depth));
        todo.extend(node.inside().into_iter().rev().map(|inner| (inner, depth + 1)));
    }
    entries
}
