//! What a node has more if it is a group, or a child.
//!
//! # Invariants
//!
//! - The count: a group counts itself as one task: its body, until the body's future is gone and joined.
//! - `spawned` grows under the group's link lock only, and only while the group is not closed.
//!   `finished` grows without a lock, on a cache line of its own. A group closes under the link lock,
//!   when the two say that nobody is left, so that `try_spawn` is exact.
//! - The last child and the joiner do not miss each other: the joiner writes `waiting` and then
//!   reads `finished`; a child writes `finished` and then reads `waiting`. All four are `SeqCst`, so at
//!   least one of the two sees what the other wrote.
//! - `finished` is read before `spawned`: a task that is counted in `finished` was counted in
//!   `spawned` before, so the difference is never too small.

use std::any::Any;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Arc, PoisonError, atomic::AtomicU64};
use std::time::{Duration, Instant};

use crate::driver::{Driver, ErasedBackend};
use crate::error::Panic;
use crate::lock::lock;
use crate::sys::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sys::{Mutex, MutexGuard};
use crate::task::TaskId;
use crate::tree::Node;

/// Keeps what it holds on a cache line of its own.
#[repr(align(128))]
struct Padded<T>(T);

pub(crate) struct GroupPart {
    /// Tells groups apart, in the ids of their tasks.
    number: u64,
    /// Whether a child's failure cancels nobody.
    is_supervisor: bool,
    opened_at: &'static Location<'static>,
    since: Instant,
    backend: ErasedBackend,
    /// All tasks that ever were, the body among them.
    spawned: AtomicUsize,
    /// A `Vec<E>`, once there is a failure.
    failures: Mutex<Option<Box<dyn Any + Send>>>,
    panic: Mutex<Option<Panic>>,
    ties: Mutex<Ties>,
    ends: Padded<Ends>,
}

/// What a child touches when it ends.
struct Ends {
    finished: AtomicUsize,
    /// How many background children have not ended.
    background: AtomicUsize,
    /// Those of the finished that have left the group's list, or never were in it.
    swept: AtomicUsize,
    /// Somebody wants to know when the last one ends.
    waiting: AtomicBool,
}

/// What the end of a task brings about.
pub(super) struct Finished {
    /// How many are left, if somebody waits for that.
    pub(super) left: Option<usize>,
    /// How many of them keep the group open, the body among them.
    pub(super) others: usize,
    /// Whether the list should be swept: most of it may have ended.
    pub(super) is_sweep_due: bool,
}

/// How many tasks end between two looks at whether to sweep.
const SWEEP_CHECK: usize = 64;

/// To which other groups a group is tied.
#[derive(Default)]
pub(super) struct Ties {
    /// The group in whose frame it was last polled: where to look for an adopter.
    pub(super) enclosing: Option<Arc<Node>>,
    /// The group that counts this one as a task of its own, since nobody polls it any more.
    pub(super) adopter: Option<Arc<Node>>,
}

impl GroupPart {
    pub(crate) fn new(
        backend: ErasedBackend,
        is_supervisor: bool,
        opened_at: &'static Location<'static>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            is_supervisor,
            opened_at,
            since: backend.now(),
            backend,
            spawned: AtomicUsize::new(1),
            failures: Mutex::new(None),
            panic: Mutex::new(None),
            ties: Mutex::new(Ties::default()),
            ends: Padded(Ends {
                finished: AtomicUsize::new(0),
                background: AtomicUsize::new(0),
                swept: AtomicUsize::new(0),
                waiting: AtomicBool::new(false),
            }),
        }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn opened_at(&self) -> &'static Location<'static> {
        self.opened_at
    }

    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// Whether somebody waits for the last child.
    pub(crate) fn is_awaited(&self) -> bool {
        self.ends.0.waiting.load(Ordering::SeqCst)
    }

    pub(super) fn is_supervisor(&self) -> bool {
        self.is_supervisor
    }

    pub(crate) fn backend(&self) -> &ErasedBackend {
        &self.backend
    }

    /// Counts one task more and gives its number; the caller holds the link lock.
    pub(crate) fn count_spawned(&self) -> usize {
        let spawned = self.spawned.load(Ordering::Relaxed);
        self.spawned.store(spawned + 1, Ordering::Release);
        spawned
    }

    /// Counts one task that does not keep the group open; the caller holds the link lock.
    pub(crate) fn count_background(&self) {
        self.ends.0.background.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts one task as ended.
    pub(super) fn count_finished(&self, is_background: bool) -> Finished {
        let ends = &self.ends.0;
        if is_background {
            // Before it counts as finished, so that the others never seem fewer than they are.
            ends.background.fetch_sub(1, Ordering::SeqCst);
        }
        let finished = ends.finished.fetch_add(1, Ordering::SeqCst) + 1;
        let live = || self.spawned.load(Ordering::Acquire).saturating_sub(finished);
        let is_sweep_due = finished.is_multiple_of(SWEEP_CHECK) && {
            let ended = finished.saturating_sub(ends.swept.load(Ordering::Relaxed));
            ended > live() * 4 + 512
        };
        let left = ends.waiting.load(Ordering::SeqCst).then(live);
        let others = left.map_or(0, |left| self.others_of(left));
        Finished { left, others, is_sweep_due }
    }

    fn others_of(&self, unfinished: usize) -> usize {
        unfinished.saturating_sub(self.ends.0.background.load(Ordering::SeqCst))
    }

    /// How many tasks that keep the group open have not ended, the body among them.
    pub(crate) fn unfinished_others(&self) -> usize {
        self.others_of(self.unfinished())
    }

    /// Notes that so many of the finished are not in the list any more.
    pub(crate) fn note_swept(&self, count: usize) {
        if count > 0 {
            self.ends.0.swept.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// How many tasks have not ended, the body among them.
    pub(crate) fn unfinished(&self) -> usize {
        let finished = self.ends.0.finished.load(Ordering::SeqCst);
        self.spawned.load(Ordering::Acquire).saturating_sub(finished)
    }

    /// Has the last child tell; to be followed by a look at the count.
    pub(super) fn announce_waiting(&self) {
        self.ends.0.waiting.store(true, Ordering::SeqCst);
    }

    pub(super) fn add_failure<E: Send + 'static>(&self, failure: E) {
        let mut failures = lock(&self.failures);
        let list = failures.get_or_insert_with(|| Box::new(Vec::<E>::new()));
        match list.downcast_mut::<Vec<E>>() {
            Some(list) => list.push(failure),
            None => unreachable!("a group has failures of one type"),
        }
    }

    pub(super) fn take_failures<E: Send + 'static>(&self) -> Vec<E> {
        let failures = lock(&self.failures).take();
        match failures.map(<Box<dyn Any + Send>>::downcast::<Vec<E>>) {
            Some(Ok(list)) => *list,
            Some(Err(_)) => unreachable!("a group has failures of one type"),
            None => Vec::new(),
        }
    }

    /// Drops the failures, and gives the panic of their destructors, if any.
    pub(super) fn drop_failures(&self) -> Option<Panic> {
        let failures = lock(&self.failures).take();
        catch_unwind(AssertUnwindSafe(|| drop(failures))).err().map(Panic::new)
    }

    /// Keeps the first panic.
    pub(super) fn add_panic(&self, panic: Panic) {
        let mut first = lock(&self.panic);
        if first.is_none() {
            *first = Some(panic);
        }
    }

    pub(super) fn take_panic(&self) -> Option<Panic> {
        lock(&self.panic).take()
    }

    pub(super) fn ties(&self) -> MutexGuard<'_, Ties> {
        lock(&self.ties)
    }

    /// Gives up the ties when the node is dropped, to be dropped in a loop.
    pub(crate) fn take_ties(&mut self, above: &mut Vec<Arc<Node>>) {
        let ties = self.ties.get_mut().unwrap_or_else(PoisonError::into_inner);
        above.extend(ties.enclosing.take());
        above.extend(ties.adopter.take());
    }
}

/// What a child is; small, since every child has it.
pub(crate) struct TaskPart {
    pub(super) spawned_at: &'static Location<'static>,
    since: Since,
    /// Whether it does not keep its group open.
    is_background: bool,
    /// Its number in the group, once it is in the group's list.
    number: AtomicUsize,
    /// Taken only when the node is dropped.
    group: Option<Arc<Node>>,
}

/// An instant as the microseconds from the beginning of a group to it: two thousand years in seven bytes.
struct Since([u8; 7]);

impl Since {
    fn begin(now: Instant, begin: Instant) -> Self {
        let micros = now.saturating_duration_since(begin).as_micros();
        let bytes = u64::try_from(micros).unwrap_or(u64::MAX).to_le_bytes();
        Self(std::array::from_fn(|at| bytes[at]))
    }

    fn after(&self, begin: Instant) -> Instant {
        let mut bytes = [0; 8];
        bytes[..7].copy_from_slice(&self.0);
        begin + Duration::from_micros(u64::from_le_bytes(bytes))
    }
}

impl TaskPart {
    pub(super) fn new(
        spawned_at: &'static Location<'static>,
        is_background: bool,
        group: Arc<Node>,
    ) -> Self {
        let part = group.as_group();
        let since = Since::begin(part.backend.now(), part.since);
        let number = AtomicUsize::new(0);
        Self { spawned_at, since, is_background, number, group: Some(group) }
    }

    pub(crate) fn is_background(&self) -> bool {
        self.is_background
    }

    pub(crate) fn set_number(&self, number: usize) {
        self.number.store(number, Ordering::Relaxed);
    }

    pub(crate) fn id(&self) -> TaskId {
        let group = self.group().as_group().number;
        TaskId { group, number: self.number.load(Ordering::Relaxed) }
    }

    pub(crate) fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }

    /// When it was spawned, by the clock of its backend.
    pub(crate) fn since(&self) -> Instant {
        self.since.after(self.group().as_group().since)
    }

    /// The group of the child, under which it hangs.
    pub(crate) fn group(&self) -> &Arc<Node> {
        self.group.as_ref().unwrap_or_else(|| unreachable!("a task that is alive has its group"))
    }

    /// Gives up the group when the node is dropped, to be dropped in a loop.
    pub(crate) fn take_group(&mut self) -> Option<Arc<Node>> {
        self.group.take()
    }
}
