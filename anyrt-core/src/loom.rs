//! Models: small programs of which loom runs every interleaving, up to a number of preemptions.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p anyrt-core --release --lib loom::` runs them, with a target
//! folder of their own where nothing else is to be built anew. A lost wake-up shows as "deadlock": all
//! threads of the model wait. `LOOM_MAX_PREEMPTIONS` changes the bound.

mod semaphore;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use loom::model::Builder;
use loom::sync::{Condvar, Mutex};

/// Most faults show with two preemptions, and the time grows with the power of this number.
const PREEMPTIONS: usize = 2;

/// Runs all interleavings of `program`.
fn model(program: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(PREEMPTIONS);
    builder.max_branches = 20_000;
    builder.check(program);
}

/// Where a thread of a model sleeps until its waker is called.
#[derive(Default)]
struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
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
        let mut has_rung = bell.has_rung.lock().unwrap();
        while !*has_rung {
            has_rung = bell.rings.wait(has_rung).unwrap();
        }
        *has_rung = false;
    }
}
