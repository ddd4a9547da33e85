//! Who holds a cancelled scope open, and whether anybody still polls them.
//!
//! A group, a shield, a cleanup or a blocking call keeps the cancelled scopes around it alive
//! until it is done. But its future may sit in a variable that nobody polls any more, and then the
//! scope would wait for ever. So a cancelled scope asks: it wakes one holder, has itself polled
//! once more, and sees whether the holder was polled. Who does not answer is *stalled* and no longer
//! counts. One that answers is enough to wait for.
//!
//! # Invariants
//!
//! - Nothing is counted on the fast path: holders are looked up only when a scope is cancelled.
//! - Only the outermost visible cancelled scope of a task asks, so that nesting does not multiply
//!   polls. It is the one that the inner ones would have to wait for anyway; when it finds a holder
//!   stalled, it has them look again.
//! - Every poll that is not itself an answer is followed by a question: in it, the owner of a holder
//!   that was polled may have gone on and left it. The question brings one more poll, and then
//!   there is rest until something else wakes the task, so asking does not feed itself (law C10).
//! - Where nothing hangs below, nothing is recorded. If that changes in the poll of a cancelled scope, it
//!   has one more poll with a waker that records, before the first question.
//! - An answer counts if nothing was woken between the question and the end of the pass. If
//!   something was, the owner may have gone on: the question waits for a quiet pass, and is asked
//!   again after it, a few times. What never gets quiet is judged after so many passes.

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Wake, Waker};

use super::node::{HOLDING, Node, RUNNING, SHIELD, STALLED, STRUCK, TASK_ROOT};
use super::waker::Registered;
use crate::lock::lock;
use crate::quiet;
use crate::sys::atomic::{AtomicBool, Ordering};
use crate::sys::thread_local;
use crate::waker_slot::WakerSlot;

/// Passes of one question that may be restless before it is judged all the same.
const RESTLESS_PASSES: u32 = 32;

/// How often a question that was answered in a restless time is asked again.
const QUESTIONS: u32 = 3;

impl Node {
    fn holds(&self) -> bool {
        self.has(HOLDING) || (self.has(SHIELD) && !self.has(STRUCK))
    }

    /// The running nodes that hang directly under this one and belong to the same task.
    pub(super) fn children_in_task(self: &Arc<Self>) -> Vec<Arc<Node>> {
        let mut children: Vec<_> = match lock(&self.link).extra() {
            Some(extra) => extra.children.iter().collect(),
            None => return Vec::new(),
        };
        children.retain(|child| {
            // A child that is starting hangs here, too, but is a task of its own.
            child.has(RUNNING)
                && !child.has(TASK_ROOT)
                && child.parent().is_some_and(|parent| Arc::ptr_eq(&parent, self))
        });
        children
    }

    /// A topmost holder below this node, in its task, that is not known to be stalled.
    pub(crate) fn holder(self: &Arc<Self>) -> Option<Arc<Node>> {
        let mut todo = self.children_in_task();
        while let Some(node) = todo.pop() {
            if node.has(STALLED) {
                continue;
            }
            if node.holds() {
                return Some(node);
            }
            todo.extend(node.children_in_task());
        }
        None
    }

    /// Whether something hangs under this node, in its task or not.
    pub(crate) fn has_children(&self) -> bool {
        lock(&self.link).extra().is_some_and(|extra| extra.children.iter().next().is_some())
    }
}

/// What a cancelled scope knows of its holders, kept by its future.
#[derive(Default)]
pub(crate) struct Inquiry {
    /// The waker that the node was given last.
    pub(crate) registered: Registered,
    asked: Option<Box<Asked>>,
}

/// What an inquiry has once it records what wakes the task.
#[derive(Default)]
struct Asked {
    recorder: Arc<Recorder>,
    question: Option<Question>,
}

/// A holder that was asked whether anybody polls it.
struct Question {
    holder: Arc<Node>,
    /// How often it had been polled when it was asked.
    polls: u32,
    passes: u32,
    /// How often it was asked before.
    repeats: u32,
}

/// What a pass has shown.
pub(crate) enum Finding {
    /// Somebody polls a holder, or it is asked and the next pass will tell.
    Held,
    /// Nothing holds the scope open.
    Free,
}

impl Inquiry {
    /// Whether it notes what wakes the task.
    pub(crate) fn is_recording(&self) -> bool {
        self.asked.is_some()
    }

    /// The waker to poll the body with: it notes what wakes the task.
    pub(crate) fn waker(&mut self, outer: &Waker) -> Waker {
        let recorder = self.asked.get_or_insert_default().recorder.clone();
        recorder.outer.register(outer);
        Waker::from(recorder)
    }

    /// Forgets what it was about to find out: the scope is not cancelled any more.
    #[inline]
    pub(crate) fn forget(&mut self) {
        if let Some(asked) = &mut self.asked {
            asked.question = None;
        }
    }

    /// Looks at the holders after a pass in which the body stayed pending.
    pub(crate) fn conclude(&mut self, node: &Arc<Node>, outer: &Waker) -> Finding {
        let asked = self.asked.get_or_insert_default();
        let is_restless = asked.recorder.take_woken();
        let mut repeats = 0;
        if let Some(question) = &mut asked.question {
            if is_restless {
                question.passes += 1;
                if question.passes < RESTLESS_PASSES {
                    // What was woken brings the next pass.
                    return Finding::Held;
                }
            }
            if let Some(question) = asked.question.take() {
                let Question { holder, polls, passes, repeats: before } = question;
                let was_polled = holder.polls() != polls;
                if was_polled && (passes == 0 || before + 1 >= QUESTIONS) {
                    return Finding::Held;
                }
                if was_polled {
                    repeats = before + 1;
                } else {
                    holder.set_stalled();
                    holder.wake_held_below(Some(node));
                }
            }
        }
        let Some(holder) = node.holder() else { return Finding::Free };
        let polls = holder.polls();
        ASKING.with(|asking| {
            asking.set(true);
            holder.wake();
            asking.set(false);
        });
        asked.question = Some(Question { holder, polls, passes: 0, repeats });
        outer.wake_by_ref();
        Finding::Held
    }
}

thread_local! {
    /// Whether this thread wakes a holder only to ask it.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// A waker that notes that it was called.
#[derive(Default)]
pub(super) struct Recorder {
    outer: WakerSlot,
    woken: AtomicBool,
}

impl Recorder {
    fn take_woken(&self) -> bool {
        self.woken.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Recorder {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !ASKING.try_with(Cell::get).unwrap_or(false) {
            self.woken.store(true, Ordering::SeqCst);
        }
        if let Some(outer) = self.outer.waker() {
            quiet::wake(outer);
        }
    }
}
