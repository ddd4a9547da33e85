//! A way to do a job, and what the ways have in common.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use anyrt_core::error::GroupError;

/// One way to do a job.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// Does it so many times: so many children, passes or items.
    pub(crate) run: fn(usize) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// A way and the one that it is compared with.
pub(crate) struct Contest {
    /// What both do.
    pub(crate) job: &'static str,
    pub(crate) ours: Work,
    pub(crate) peer: Work,
    /// How often each run does it.
    pub(crate) amount: usize,
    /// The largest ratio that is good enough, if one was set.
    pub(crate) target: Option<f64>,
    /// The most seconds that are good enough for ours, if that was set.
    pub(crate) seconds: Option<f64>,
}

impl Contest {
    /// Pairs a work with itself: the row that shows the noise.
    pub(crate) fn noise(job: &'static str, work: Work, amount: usize) -> Self {
        Self { job, ours: work, peer: work, amount, target: None, seconds: None }
    }
}

pub(crate) fn must_succeed(done: Result<(), GroupError<Infallible>>) {
    done.expect("a group whose children cannot fail ends well");
}

/// Goes to the end of the runtime's queue once; the same future for all, so that only the
/// bookkeeping differs.
pub(crate) async fn yield_once() {
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
