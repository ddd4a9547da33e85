//! The tree of groups and tasks, as data and as text.
//!
//! It is a picture of a moment: nothing stands still while it is drawn, so that a task which has just
//! begun or ended may be missing.

use std::fmt::{self, Debug, Display};
use std::panic::Location;
use std::time::Duration;

use crate::driver::ErasedBackend;
use crate::task::TaskId;
pub use crate::waiting::Wait;

/// The groups and tasks of the process that live right now.
///
/// They come in the order in which an indented list shows them: each is followed by what is inside.
/// Its [`Display`] is that list.
#[derive(Clone, Debug, Default)]
pub struct TaskTree {
    entries: Vec<Entry>,
}

/// A group or a task, and how deep inside others.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How many groups and tasks are around it.
    pub depth: usize,
    /// What it is.
    pub kind: Kind,
}

/// A group or a task.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A group, with its body.
    Group(GroupEntry),
    /// A child of the group above.
    Task(TaskEntry),
}

/// What the tree shows of a group.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GroupEntry {
    /// The first part of its children's ids.
    pub number: u64,
    /// Where it was made.
    pub opened_at: &'static Location<'static>,
    /// Since when it has been running.
    pub age: Duration,
    /// The name of its backend.
    pub backend: &'static str,
    /// Whether its body is over, and it waits for its children.
    pub is_joining: bool,
    /// Whether a cancellation has reached it.
    pub is_cancelled: bool,
    /// What its body waits for, if it is an operation of anyrt.
    pub waits_for: Option<Wait>,
}

/// What the tree shows of a task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskEntry {
    /// Its id.
    pub id: TaskId,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Where it was spawned.
    pub spawned_at: &'static Location<'static>,
    /// Since when it has been running.
    pub age: Duration,
    /// Whether it ends with the others.
    pub is_background: bool,
    /// Whether a cancellation has reached it.
    pub is_cancelled: bool,
    /// What it waits for, if it is an operation of anyrt.
    pub waits_for: Option<Wait>,
}

impl TaskTree {
    /// Looks at all groups and tasks of the process.
    pub fn look() -> Self {
        Self::look_on(|_| true)
    }

    /// Looks at the groups and tasks on some backends.
    ///
    /// It asks for the backend of each group that no other encloses, and looks at all inside of it.
    /// `is_wanted` must not poll or drop
    /// a future.
    pub fn look_on(is_wanted: impl FnMut(&ErasedBackend) -> bool) -> Self {
        Self { entries: crate::tree::look(is_wanted) }
    }

    /// Gives the groups and tasks, each followed by what is inside.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Gives the tasks.
    pub fn tasks(&self) -> impl Iterator<Item = &TaskEntry> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            Kind::Task(task) => Some(task),
            Kind::Group(_) => None,
        })
    }

    /// Gives the groups.
    pub fn groups(&self) -> impl Iterator<Item = &GroupEntry> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            Kind::Group(group) => Some(group),
            Kind::Task(_) => None,
        })
    }
}

impl Display for TaskTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.entries {
            writeln!(f, "{:indent$}{}", "", entry.kind, indent = entry.depth * 2)?;
        }
        Ok(())
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => Display::fmt(group, f),
            Self::Task(task) => Display::fmt(task, f),
        }
    }
}

impl Display for GroupEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "group {} on {} at {}, {:?}",
            self.number, self.backend, self.opened_at, self.age
        )?;
        if self.is_joining {
            f.write_str(", waits for its children")?;
        } else {
            write_wait(f, self.waits_for)?;
        }
        write_cancelled(f, self.is_cancelled)
    }
}

impl Display for TaskEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.id)?;
        if let Some(name) = &self.name {
            write!(f, " `{name}`")?;
        }
        write!(f, " at {}, {:?}", self.spawned_at, self.age)?;
        if self.is_background {
            f.write_str(", in the background")?;
        }
        write_wait(f, self.waits_for)?;
        write_cancelled(f, self.is_cancelled)
    }
}

fn write_wait(f: &mut fmt::Formatter<'_>, wait: Option<Wait>) -> fmt::Result {
    match wait {
        Some(wait) => write!(f, ", waits for {wait}"),
        None => Ok(()),
    }
}

fn write_cancelled(f: &mut fmt::Formatter<'_>, is_cancelled: bool) -> fmt::Result {
    f.write_str(if is_cancelled { ", cancelled" } else { "" })
}
