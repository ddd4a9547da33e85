//! A driver whose clock stands still until it is told to go on.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use anyrt_core::{Driver, Sleep};

#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<State>>);

struct State {
    start: Instant,
    now: Instant,
    next_id: usize,
    /// All timers that exist.
    timers: BTreeMap<usize, (Instant, Option<Waker>)>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let start = Instant::now();
        let state = State { start, now: start, next_id: 0, timers: BTreeMap::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    pub(crate) fn elapsed(&self) -> Duration {
        let state = self.0.lock().unwrap();
        state.now - state.start
    }

    pub(crate) fn timers(&self) -> usize {
        self.0.lock().unwrap().timers.len()
    }

    /// When the first timer ends that has not ended.
    pub(crate) fn next(&self) -> Option<Duration> {
        let state = self.0.lock().unwrap();
        let ends = state.timers.values().map(|(end, _)| *end).filter(|end| *end > state.now);
        ends.min().map(|end| end - state.start)
    }

    /// Goes on to a time, and wakes whose timers end by then.
    pub(crate) fn go_to(&self, time: Duration) {
        let mut state = self.0.lock().unwrap();
        state.now = state.now.max(state.start + time);
        let now = state.now;
        let ended = state.timers.values_mut().filter(|(end, _)| *end <= now);
        let wakers: Vec<_> = ended.filter_map(|(_, waker)| waker.take()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

pub(crate) struct Timer {
    clock: Clock,
    id: usize,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.0.lock().unwrap();
        let now = state.now;
        let (end, waker) = state.timers.get_mut(&self.id).unwrap();
        if *end <= now {
            return Poll::Ready(());
        }
        *waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clock.0.lock().unwrap().timers.remove(&self.id);
    }
}

impl Sleep for Timer {
    fn reset(self: Pin<&mut Self>, deadline: Instant) {
        self.clock.0.lock().unwrap().timers.insert(self.id, (deadline, None));
    }
}

impl Driver for Clock {
    type Sleep = Timer;

    fn name(&self) -> &'static str {
        "clock"
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, _: F) {
        unreachable!("the tests poll by hand")
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(&self, _: F) {
        unreachable!("the tests poll by hand")
    }

    fn now(&self) -> Instant {
        self.0.lock().unwrap().now
    }

    fn sleep_until(&self, deadline: Instant) -> Timer {
        let mut state = self.0.lock().unwrap();
        let id = state.next_id;
        state.next_id += 1;
        state.timers.insert(id, (deadline, None));
        drop(state);
        Timer { clock: self.clone(), id }
    }
}
