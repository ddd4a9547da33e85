//! One node of the scope tree.

use std::fmt::{self, Debug};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::link::Link;
use super::progress::Progress;
use crate::group::{GroupPart, TaskPart};
use crate::lock::lock;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicU32, Ordering};
use crate::trace;
use crate::waiting::Wait;

/// Effectively cancelled; written under the link lock only.
pub(super) const EFFECTIVE: u32 = 1;
/// `cancel` was called, or the deadline passed.
pub(super) const CALLED: u32 = 1 << 1;
/// A cancellation struck below or here: no shield can undo it.
pub(super) const STRUCK: u32 = 1 << 2;
pub(super) const SHIELD: u32 = 1 << 3;
/// Is being polled now and then: between its first poll and its end.
pub(super) const RUNNING: u32 = 1 << 4;
/// Holds the enclosing scopes of its task open.
pub(super) const HOLDING: u32 = 1 << 5;
/// Was asked whether anybody polls it, and did not answer.
pub(super) const STALLED: u32 = 1 << 6;
/// Is the topmost node of a task: a child, or the root of a program.
pub(super) const TASK_ROOT: u32 = 1 << 7;
/// Absorbed a cancellation.
pub(super) const CAUGHT: u32 = 1 << 8;
/// Its deadline was changed from outside since it was last read.
pub(super) const MOVED: u32 = 1 << 9;
/// A group that takes no more children; written under the link lock only.
pub(super) const CLOSED: u32 = 1 << 10;
/// A child or the body of this group was cut by a cancellation that is not its own handle's.
pub(super) const CUT: u32 = 1 << 11;
/// A child of this group was dropped by its runtime.
pub(super) const KILLED: u32 = 1 << 12;

/// All that kept this group open has ended: its background children are cancelled.
pub(super) const WINDING_UP: u32 = 1 << 13;

/// What a node stands for.
pub(crate) enum Role {
    Scope,
    Group(Box<GroupPart>),
    Task(TaskPart),
}

/// A scope, a group or a task in the tree.
pub(crate) struct Node {
    pub(super) flags: AtomicU32,
    pub(super) progress: Progress,
    pub(super) link: Mutex<Link>,
    pub(crate) role: Role,
    pub(crate) span: trace::Slot,
}

impl Node {
    fn with(flags: u32, role: Role) -> Arc<Self> {
        Arc::new(Self {
            flags: AtomicU32::new(flags),
            progress: Progress::default(),
            link: Mutex::new(Link::default()),
            role,
            span: trace::Slot::default(),
        })
    }

    /// A scope, or any other part of a task, that is not hung up yet.
    pub(crate) fn scope() -> Arc<Self> {
        Self::with(0, Role::Scope)
    }

    /// A call that holds the scopes of its task open while it runs.
    pub(crate) fn call() -> Arc<Self> {
        Self::with(HOLDING, Role::Scope)
    }

    pub(crate) fn group(part: GroupPart) -> Arc<Self> {
        Self::with(HOLDING, Role::Group(Box::new(part)))
    }

    /// The root of a program: a group that nothing encloses.
    pub(crate) fn root(part: GroupPart) -> Arc<Self> {
        Self::with(HOLDING | TASK_ROOT | RUNNING, Role::Group(Box::new(part)))
    }

    /// A child of `group`, hung up but not yet in its list.
    pub(crate) fn task(part: TaskPart, name: Option<Arc<str>>) -> Arc<Self> {
        let node = Self::with(TASK_ROOT | RUNNING, Role::Task(part));
        if name.is_some() {
            lock(&node.link).extra_mut().name = name;
        }
        node
    }

    /// What a task is called.
    pub(crate) fn name(&self) -> Option<Arc<str>> {
        lock(&self.link).extra()?.name.clone()
    }

    /// The group that this node is, or that this task is a child of.
    pub(crate) fn own_group(self: &Arc<Self>) -> &Arc<Self> {
        match &self.role {
            Role::Task(part) => part.group(),
            Role::Scope | Role::Group(_) => self,
        }
    }

    /// Where the node hangs; the caller holds its link lock.
    pub(super) fn above<'a>(&'a self, link: &'a Link) -> Option<&'a Arc<Node>> {
        match (&self.role, &link.parent) {
            // A child that is not ready hangs under its group, too: what cancels it counts.
            (Role::Task(part), Some(call)) if part.group().is_effective() => {
                Some(if call.is_effective() { call } else { part.group() })
            }
            (Role::Task(part), None) => Some(part.group()),
            (_, parent) => parent.as_ref(),
        }
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn group_part(&self) -> Option<&GroupPart> {
        match &self.role {
            Role::Group(part) => Some(part),
            Role::Scope | Role::Task(_) => None,
        }
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn task_part(&self) -> Option<&TaskPart> {
        match &self.role {
            Role::Task(part) => Some(part),
            Role::Scope | Role::Group(_) => None,
        }
    }

    /// The part of a node that is a group.
    pub(crate) fn as_group(&self) -> &GroupPart {
        match &self.role {
            Role::Group(part) => part,
            Role::Scope | Role::Task(_) => unreachable!("this node is no group"),
        }
    }

    /// The part of a node that is a child.
    pub(crate) fn as_task(&self) -> &TaskPart {
        match &self.role {
            Role::Task(part) => part,
            Role::Scope | Role::Group(_) => unreachable!("this node is no task"),
        }
    }

    #[inline]
    pub(super) fn has(&self, flag: u32) -> bool {
        self.flags.load(Ordering::SeqCst) & flag != 0
    }

    pub(super) fn set(&self, flag: u32) {
        self.flags.fetch_or(flag, Ordering::SeqCst);
    }

    pub(super) fn unset(&self, flag: u32) {
        self.flags.fetch_and(!flag, Ordering::SeqCst);
    }

    pub(crate) fn is_background(&self) -> bool {
        matches!(&self.role, Role::Task(part) if part.is_background())
    }

    #[inline]
    pub(crate) fn is_effective(&self) -> bool {
        self.has(EFFECTIVE)
    }

    #[inline]
    pub(crate) fn is_called(&self) -> bool {
        self.has(CALLED)
    }

    pub(crate) fn is_struck(&self) -> bool {
        self.has(STRUCK)
    }

    /// Whether more than its own handle cut this task: what is above it is cancelled, too (law C4),
    /// or was when it struck.
    pub(crate) fn is_cut_from_above(&self) -> bool {
        self.is_struck() || self.parent().is_some_and(|parent| parent.is_effective())
    }

    pub(crate) fn is_shielded(&self) -> bool {
        self.has(SHIELD)
    }

    pub(crate) fn is_caught(&self) -> bool {
        self.has(CAUGHT)
    }

    pub(crate) fn set_caught(&self) {
        self.set(CAUGHT);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.has(CLOSED)
    }

    pub(crate) fn was_cut(&self) -> bool {
        self.has(CUT)
    }

    pub(crate) fn set_cut(&self) {
        self.set(CUT);
    }

    pub(crate) fn was_killed(&self) -> bool {
        self.has(KILLED)
    }

    pub(crate) fn set_killed(&self) {
        self.set(KILLED | CUT);
    }

    pub(crate) fn parent(&self) -> Option<Arc<Node>> {
        self.above(&lock(&self.link)).cloned()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        lock(&self.link).deadline()
    }

    /// Sets the deadline before the scope runs, without telling anybody.
    pub(crate) fn init_deadline(&self, deadline: Option<Instant>) {
        lock(&self.link).set_deadline(deadline);
    }

    /// Sets the deadline that a timeout gives, unless another is earlier or was set from outside.
    pub(crate) fn limit_deadline(&self, end: Instant) -> Option<Instant> {
        let mut link = lock(&self.link);
        if !self.has(MOVED) {
            let earliest = link.deadline().map_or(end, |at| at.min(end));
            link.set_deadline(Some(earliest));
        }
        link.deadline()
    }

    /// Gives the deadline if it was changed from outside since the last call.
    #[inline]
    pub(crate) fn moved_deadline(&self) -> Option<Option<Instant>> {
        self.has(MOVED).then(|| self.take_moved_deadline())
    }

    #[cold]
    fn take_moved_deadline(&self) -> Option<Instant> {
        self.unset(MOVED);
        self.deadline()
    }

    /// Changes the deadline, and has the owner look at it.
    pub(crate) fn move_deadline(&self, deadline: Option<Instant>) {
        let mut link = lock(&self.link);
        link.set_deadline(deadline);
        self.set(MOVED);
        drop(link);
        self.wake();
    }

    #[inline]
    pub(crate) fn set_waiting(&self, wait: Option<Wait>) {
        self.progress.note(wait);
    }

    pub(super) fn waits_for(&self) -> Option<Wait> {
        self.progress.wait()
    }

    #[inline]
    pub(crate) fn polls(&self) -> u32 {
        self.progress.polls()
    }
}

/// Drops a chain of parents in a loop: one of 10,000 must not recurse.
impl Drop for Node {
    fn drop(&mut self) {
        let mut more = Vec::new();
        let mut above = self.take_above(&mut more);
        while let Some(node) = above.or_else(|| more.pop()) {
            above = Arc::into_inner(node).and_then(|mut node| node.take_above(&mut more));
        }
    }
}

impl Node {
    /// Takes the parent out, and the groups that a group is tied to.
    fn take_above(&mut self, more: &mut Vec<Arc<Node>>) -> Option<Arc<Node>> {
        match &mut self.role {
            Role::Task(part) => more.extend(part.take_group()),
            Role::Group(part) => part.take_ties(more),
            Role::Scope => {}
        }
        self.link.get_mut().unwrap_or_else(PoisonError::into_inner).parent.take()
    }
}

impl Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = [
            (EFFECTIVE, "effective"),
            (CALLED, "called"),
            (STRUCK, "struck"),
            (SHIELD, "shield"),
            (RUNNING, "running"),
            (HOLDING, "holding"),
            (STALLED, "stalled"),
            (TASK_ROOT, "task root"),
            (CAUGHT, "caught"),
            (CLOSED, "closed"),
            (CUT, "cut"),
            (KILLED, "killed"),
            (WINDING_UP, "winding up"),
        ];
        let set: Vec<_> =
            flags.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| *name).collect();
        f.debug_struct("Node").field("state", &set).field("polls", &self.polls()).finish()
    }
}

#[cfg(all(test, not(feature = "tracing"), not(loom)))]
mod tests {
    use super::Node;

    #[test]
    fn a_child_costs_one_small_allocation() {
        assert!(size_of::<Node>() <= 104, "a node has {} bytes", size_of::<Node>());
    }
}
