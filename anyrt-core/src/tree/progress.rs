//! How far the owner of a node has come: how often it was polled, and what it waits for.

use crate::sys::atomic::{AtomicU32, Ordering};
use crate::waiting::Wait;

/// How often a node was polled, and what for it waited then; only the poller writes.
///
/// The count has the upper 24 bits, and begins anew after 16 million: it is only compared.
#[derive(Default)]
pub(super) struct Progress(AtomicU32);

const ONE_POLL: u32 = 1 << 8;
const WAIT: u32 = ONE_POLL - 1;

impl Progress {
    #[inline]
    fn load(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    fn store(&self, value: u32) {
        self.0.store(value, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn count_poll(&self) {
        self.store(self.load().wrapping_add(ONE_POLL));
    }

    #[inline]
    pub(super) fn polls(&self) -> u32 {
        self.load() / ONE_POLL
    }

    #[inline]
    pub(super) fn note(&self, wait: Option<Wait>) {
        self.store(self.load() & !WAIT | u32::from(Wait::to_number(wait)));
    }

    pub(super) fn wait(&self) -> Option<Wait> {
        u8::try_from(self.load() & WAIT).ok().and_then(Wait::from_number)
    }
}
