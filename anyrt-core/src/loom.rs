//! Models: small programs of which loom runs every interleaving, up to a number of preemptions.
//!
//! `bash .ci/loom` runs them. A lost wake-up shows as "deadlock": all threads of the model wait. A loop
//! that waits for another thread shows as too many branches. `LOOM_MAX_PREEMPTIONS=3` looks deeper,
//! for many minutes. `bash .ci/loom-faults` breaks a copy of the engine, once for each model, and sees
//! the model fail.

mod adoption;
mod blocking;
mod channel;
mod checker;
mod condvar;
mod group;
mod mutex;
mod process;
mod rate_limiter;
mod rw_lock;
mod scope;
mod semaphore;
mod shuttle;
mod start;
mod threads;
mod tree;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use loom::model::Builder;
use loom::sync::{Condvar, Mutex};
use loom::thread::{self, JoinHandle};

/// Most faults show with two preemptions; one more takes thirty times as long.
const PREEMPTIONS: usize = 2;

/// Runs all interleavings of `program` with so many preemptions.
fn model(program: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(PREEMPTIONS);
    builder.max_branches = 20_000;
    let runs = Arc::new(AtomicUsize::new(0));
    let count = runs.clone();
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        program();
    });
    assert!(runs.load(Ordering::Relaxed) > 1, "a model with one interleaving shows nothing");
}

/// Where a thread of a model sleeps until its waker is called.
#[derive(Default)]
struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Bell {
    /// Waits until it rings, or has rung since the last wait.
    fn wait(&self) {
        let mut has_rung = self.has_rung.lock().unwrap();
        while !*has_rung {
            has_rung = self.rings.wait(has_rung).unwrap();
        }
        *has_rung = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.has_rung.lock().unwrap() = true;
        self.rings.notify_one();
    }
}

/// Polls a future to its end on this thread of a model, and only when it was woken.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(bell.clone());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        bell.wait();
    }
}

/// Polls a future once, and drops it.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Polls what `make` makes to its end on a thread of its own.
fn in_thread<F>(make: impl FnOnce() -> F + 'static) -> JoinHandle<F::Output>
where
    F: Future<Output: 'static>,
{
    thread::spawn(move || block_on(make()))
}
