//! What must add up in the end, whatever the program does.
//!
//! # Invariants
//!
//! - An item is counted when it is made and when it is dropped. What a channel said of it, that it was
//!   sent or received, is noted by its number.
//! - A task and a guard are counted when they are made, and by a destructor.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::log::lock;

/// The counts of one run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    items_made: AtomicU64,
    items_alive: Arc<AtomicI64>,
    guards_alive: Arc<AtomicI64>,
    tasks_alive: Arc<AtomicI64>,
    // By channel and number.
    sent: Mutex<BTreeSet<(usize, u64)>>,
    received: Mutex<BTreeSet<(usize, u64)>>,
    // The channels whose receivers may have been closed, and what was in them with them.
    discarding: Mutex<BTreeSet<usize>>,
    broken: Mutex<Vec<String>>,
}

/// Counts one while it lives.
#[derive(Debug)]
pub(crate) struct Counted(Arc<AtomicI64>);

impl Counted {
    pub(crate) fn new(count: &Arc<AtomicI64>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What goes through channels: a name for the log, and a number of its own.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: u32,
    pub(crate) number: u64,
    pub(crate) channel: usize,
    _alive: Counted,
}

impl Ledger {
    pub(crate) fn item(&self, name: u32, channel: usize) -> Item {
        let number = self.items_made.fetch_add(1, Ordering::SeqCst);
        Item { name, number, channel, _alive: Counted::new(&self.items_alive) }
    }

    pub(crate) fn guard(&self) -> Counted {
        Counted::new(&self.guards_alive)
    }

    pub(crate) fn task(&self) -> Counted {
        Counted::new(&self.tasks_alive)
    }

    pub(crate) fn sent(&self, channel: usize, number: u64) {
        lock(&self.sent).insert((channel, number));
    }

    pub(crate) fn discards(&self, channel: usize) {
        lock(&self.discarding).insert(channel);
    }

    pub(crate) fn received(&self, item: &Item) {
        if !lock(&self.received).insert((item.channel, item.number)) {
            self.broken(format!("item {} was received twice", item.name));
        }
    }

    /// Notes what must not be.
    pub(crate) fn broken(&self, what: String) {
        lock(&self.broken).push(what);
    }

    /// Looks at the counts once the program has ended and its channels are gone, in which so many
    /// items were left.
    pub(crate) fn close(&self, left: &[usize]) -> Vec<String> {
        let mut broken = std::mem::take(&mut *lock(&self.broken));
        for (count, what) in [
            (&self.items_alive, "items were never dropped"),
            (&self.guards_alive, "destructors did not run"),
            (&self.tasks_alive, "tasks are alive after the program"),
        ] {
            let count = count.load(Ordering::SeqCst);
            if count != 0 {
                broken.push(format!("{count} {what}"));
            }
        }
        let (sent, received) = (lock(&self.sent), lock(&self.received));
        for (channel, number) in received.difference(&sent) {
            broken.push(format!("channel {channel}: item {number} was received, but not sent"));
        }
        for (channel, &left) in left.iter().enumerate() {
            let is_here = |entry: &&(usize, u64)| entry.0 == channel;
            let (sent, received) =
                (sent.iter().filter(is_here).count(), received.iter().filter(is_here).count());
            let is_lost = sent != received + left;
            if is_lost && !lock(&self.discarding).contains(&channel) {
                broken.push(format!(
                    "channel {channel}: {sent} sent, {received} received, {left} left"
                ));
            }
        }
        broken
    }
}
