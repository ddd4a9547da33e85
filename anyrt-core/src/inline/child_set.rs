//! The children of an inline group, and who of them was woken.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use slab::Slab;

use crate::lock::lock;
use crate::sys::Mutex;
use crate::sys::atomic::{AtomicBool, Ordering};
use crate::waker_slot::WakerSlot;

pub(super) type Body<'env> = Pin<Box<dyn Future<Output = ()> + Send + 'env>>;

/// Children that were spawned and not polled yet; none any more once the group's future is gone.
pub(super) struct Inbox<'env> {
    children: Mutex<Option<Vec<Body<'env>>>>,
    ready: Arc<Ready>,
}

impl<'env> Inbox<'env> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { children: Mutex::new(Some(Vec::new())), ready: Arc::default() })
    }

    /// Takes a child, or drops it if nobody would poll it.
    pub(super) fn push(&self, child: Body<'env>) {
        let mut children = lock(&self.children);
        let Some(list) = &mut *children else {
            drop(children);
            return drop(child);
        };
        list.push(child);
        drop(children);
        self.ready.outer.wake();
    }

    fn take(&self) -> Vec<Body<'env>> {
        lock(&self.children).as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Drops what is in it, and whatever comes later.
    pub(super) fn close(&self) {
        let late = lock(&self.children).take();
        drop(late);
    }
}

/// Whose turn it is, and whom to wake for that.
#[derive(Default)]
struct Ready {
    keys: Mutex<Vec<usize>>,
    outer: WakerSlot,
}

/// The waker of one child.
struct ChildWaker {
    key: usize,
    is_queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for ChildWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            lock(&self.ready.keys).push(self.key);
            self.ready.outer.wake();
        }
    }
}

struct Member<'env> {
    body: Body<'env>,
    waker: Arc<ChildWaker>,
}

/// The children that were polled before and have not ended.
#[derive(Default)]
pub(super) struct ChildSet<'env> {
    members: Slab<Member<'env>>,
}

impl<'env> ChildSet<'env> {
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Polls each child that is new or was woken.
    pub(super) fn poll(&mut self, inbox: &Inbox<'env>, cx: &mut Context<'_>) {
        let ready = &inbox.ready;
        ready.outer.register(cx.waker());
        for body in inbox.take() {
            let entry = self.members.vacant_entry();
            let (key, is_queued) = (entry.key(), AtomicBool::new(true));
            let waker = Arc::new(ChildWaker { key, is_queued, ready: ready.clone() });
            entry.insert(Member { body, waker });
            lock(&ready.keys).push(key);
        }
        let keys = std::mem::take(&mut *lock(&ready.keys));
        for key in keys {
            // The place may be another child's by now, which loses nothing by a poll too many.
            let Some(member) = self.members.get_mut(key) else { continue };
            member.waker.is_queued.store(false, Ordering::SeqCst);
            let waker = Waker::from(member.waker.clone());
            if member.body.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                drop(self.members.remove(key));
            }
        }
    }
}
