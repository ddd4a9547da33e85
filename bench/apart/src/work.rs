//! A way to do a job, and what the ways have in common.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;

use anyrt_core::error::GroupError;

/// One way to do a job.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Who does it.
    pub name: &'static str,
    /// Does it so many times: so many children, passes or items.
    pub run: fn(usize) -> Running,
}

/// A run, which gives what it took: seconds, or bytes.
pub type Running = Pin<Box<dyn Future<Output = f64> + Send>>;

/// All of a run counts.
pub fn whole(work: impl Future<Output = ()> + Send + 'static) -> Running {
    part(async {
        let start = Instant::now();
        work.await;
        start.elapsed().as_secs_f64()
    })
}

/// A part of a run counts, which it measures itself.
pub fn part(work: impl Future<Output = f64> + Send + 'static) -> Running {
    Box::pin(work)
}

/// Takes the value of a group that has no reason to fail.
///
/// # Panics
///
/// Panics if it did.
pub fn must_succeed<T>(done: Result<T, GroupError<Infallible>>) -> T {
    done.expect("a group whose children cannot fail ends well")
}

/// Goes to the end of the runtime's queue once; the same future for all, so that only the
/// bookkeeping differs.
///
/// # Cancel safety
///
/// **Safe.** It holds nothing.
pub async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
