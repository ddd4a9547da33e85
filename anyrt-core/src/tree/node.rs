//! One node of the scope tree.

use std::fmt::{self, Debug};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use crate::error::Reason;
use crate::group::{GroupPart, TaskPart};
use crate::lock::lock;
use crate::waker_slot::WakerSlot;

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

/// What a node stands for.
pub(crate) enum Role {
    Scope,
    Group(Box<GroupPart>),
    Task(TaskPart),
}

pub(super) struct Link {
    pub(super) parent: Option<Arc<Node>>,
    pub(super) children: Vec<Weak<Node>>,
    /// The length at which dead children are swept out of the list.
    sweep_at: usize,
    pub(super) deadline: Option<Instant>,
    pub(super) reason: Option<Reason>,
}

/// A scope, a group or a task in the tree.
pub(crate) struct Node {
    flags: AtomicU32,
    /// How often its owner polled it; only the poller writes.
    polls: AtomicU64,
    pub(crate) waker: WakerSlot,
    pub(super) link: Mutex<Link>,
    pub(crate) role: Role,
}

const FIRST_SWEEP: usize = 8;

impl Node {
    fn with(flags: u32, role: Role, parent: Option<Arc<Node>>) -> Arc<Self> {
        Arc::new(Self {
            flags: AtomicU32::new(flags),
            polls: AtomicU64::new(0),
            waker: WakerSlot::default(),
            link: Mutex::new(Link {
                parent,
                children: Vec::new(),
                sweep_at: FIRST_SWEEP,
                deadline: None,
                reason: None,
            }),
            role,
        })
    }

    /// A scope, or any other part of a task, that is not hung up yet.
    pub(crate) fn scope() -> Arc<Self> {
        Self::with(0, Role::Scope, None)
    }

    /// A part of a task that holds its scopes open while it runs.
    pub(crate) fn holder() -> Arc<Self> {
        Self::with(HOLDING, Role::Scope, None)
    }

    pub(crate) fn group(part: GroupPart) -> Arc<Self> {
        Self::with(HOLDING, Role::Group(Box::new(part)), None)
    }

    /// The root of a program: a group that nothing encloses.
    pub(crate) fn root(part: GroupPart) -> Arc<Self> {
        Self::with(HOLDING | TASK_ROOT | RUNNING, Role::Group(Box::new(part)), None)
    }

    /// A child of `group`, hung up but not yet in its list.
    pub(crate) fn task(part: TaskPart, group: Arc<Node>) -> Arc<Self> {
        Self::with(TASK_ROOT | RUNNING, Role::Task(part), Some(group))
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

    pub(super) fn has(&self, flag: u32) -> bool {
        self.flags.load(Ordering::SeqCst) & flag != 0
    }

    pub(super) fn set(&self, flag: u32) {
        self.flags.fetch_or(flag, Ordering::SeqCst);
    }

    pub(super) fn unset(&self, flag: u32) {
        self.flags.fetch_and(!flag, Ordering::SeqCst);
    }

    pub(crate) fn is_effective(&self) -> bool {
        self.has(EFFECTIVE)
    }

    pub(crate) fn is_called(&self) -> bool {
        self.has(CALLED)
    }

    pub(crate) fn is_struck(&self) -> bool {
        self.has(STRUCK)
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
        lock(&self.link).parent.clone()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        lock(&self.link).deadline
    }

    /// Sets the deadline without telling anybody: for the owner, before or during its poll.
    pub(crate) fn init_deadline(&self, deadline: Option<Instant>) {
        lock(&self.link).deadline = deadline;
    }

    /// Gives the deadline if it was changed from outside since the last call.
    pub(crate) fn moved_deadline(&self) -> Option<Option<Instant>> {
        if !self.has(MOVED) {
            return None;
        }
        self.unset(MOVED);
        Some(self.deadline())
    }

    /// Changes the deadline, and has the owner look at it.
    pub(crate) fn move_deadline(&self, deadline: Option<Instant>) {
        lock(&self.link).deadline = deadline;
        self.set(MOVED);
        self.waker.wake();
    }

    /// Notes that the owner polls it now.
    pub(crate) fn mark_polled(&self) {
        self.polls.store(self.polls() + 1, Ordering::Relaxed);
        if self.has(STALLED) {
            self.unset(STALLED);
        }
    }

    /// Notes that nobody polls it any more, until somebody does.
    pub(crate) fn set_stalled(&self) {
        self.set(STALLED);
    }

    pub(crate) fn polls(&self) -> u64 {
        self.polls.load(Ordering::Relaxed)
    }

    /// Notes that its life in the tree begins.
    pub(crate) fn start(&self) {
        self.set(RUNNING);
    }

    /// Notes that its life in the tree is over, so that it holds nothing open any more.
    pub(crate) fn release(&self) {
        let before = self.flags.fetch_and(!(RUNNING | HOLDING), Ordering::SeqCst);
        if before & RUNNING == 0 {
            return;
        }
        self.waker.clear();
        if before & (HOLDING | SHIELD) != 0 {
            self.wake_held();
        }
    }

    /// Notes that its work is over, while it waits for an outer scope to drop it.
    pub(crate) fn park(&self) {
        let before = self.flags.fetch_and(!HOLDING, Ordering::SeqCst);
        if before & HOLDING != 0 {
            self.wake_held();
        }
    }

    /// Has the cancelled scopes above it in its task look again: something let go of them.
    pub(crate) fn wake_held(&self) {
        if self.has(TASK_ROOT) {
            return;
        }
        let mut above = self.parent();
        while let Some(node) = above {
            if node.is_effective() {
                node.waker.wake();
            }
            above = if node.has(TASK_ROOT) { None } else { node.parent() };
        }
    }

    /// Adds a child to the list, under the lock that the caller holds.
    pub(super) fn list_child(&self, link: &mut Link, child: &Arc<Node>) {
        if link.children.len() >= link.sweep_at {
            // A group knows how many of its children are dead without looking at each.
            let is_worth_it = match &self.role {
                Role::Group(part) => part.unfinished() * 2 <= link.children.len(),
                Role::Scope | Role::Task(_) => true,
            };
            if is_worth_it {
                link.children.retain(|child| child.strong_count() > 0);
            }
            link.sweep_at = (link.children.len() * 2).max(FIRST_SWEEP);
        }
        link.children.push(Arc::downgrade(child));
    }

    /// Takes `child`, or nobody if `None`, into the group, unless it has closed.
    pub(crate) fn admit(&self, child: Option<&Arc<Node>>) -> bool {
        let mut link = lock(&self.link);
        if self.has(CLOSED) {
            return false;
        }
        self.as_group().count_spawned();
        if let Some(child) = child {
            self.list_child(&mut link, child);
        }
        drop(link);
        if let Some(child) = child
            && self.is_effective()
        {
            child.refresh();
        }
        true
    }

    /// Closes the group if only `left` of its tasks have not ended; tells whether this call did it.
    pub(crate) fn close_if_left(&self, left: usize) -> bool {
        let _link = lock(&self.link);
        if self.has(CLOSED) || self.as_group().unfinished() != left {
            return false;
        }
        self.set(CLOSED);
        true
    }
}

/// Drops a chain of parents in a loop: a chain of 10,000 must not recurse.
impl Drop for Node {
    fn drop(&mut self) {
        let mut above = Vec::new();
        let take = |node: &mut Node, above: &mut Vec<Arc<Node>>| {
            let link = node.link.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
            above.extend(link.parent.take());
            if let Role::Group(part) = &mut node.role {
                part.take_ties(above);
            }
        };
        take(self, &mut above);
        while let Some(node) = above.pop() {
            if let Some(mut node) = Arc::into_inner(node) {
                take(&mut node, &mut above);
            }
        }
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
        ];
        let set: Vec<_> =
            flags.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| *name).collect();
        f.debug_struct("Node").field("state", &set).field("polls", &self.polls()).finish()
    }
}
