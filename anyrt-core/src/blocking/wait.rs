//! Async code in the closure of a call: as part of the call.

use std::future::Future;

use super::inside::{Following, current_call};
use crate::driver::{Driver, Toplevel};
use crate::error::Cancelled;
use crate::frame;
use crate::scope::CancelScope;

/// Runs a future on this thread, for the closure of a blocking call.
///
/// The facade shows it as `blocking::block_on`, and says more.
///
/// # Panics
///
/// Panics outside of a blocking call, and on a thread that is polling anyrt code (law T4). Resumes the
/// panic of the future.
///
/// # Errors
///
/// [`Cancelled`] if the call was cancelled, and the future with it.
#[track_caller]
pub fn block_on<D, F>(driver: &D, future: F) -> Result<F::Output, Cancelled>
where
    D: Driver + Toplevel,
    F: Future,
{
    assert!(
        !frame::is_polling(),
        "blocking::block_on was called on a thread that is polling an anyrt task, which it would \
         block: await the future instead"
    );
    assert!(
        current_call().is_some(),
        "blocking::block_on was called outside of blocking::run: start a program with run, or call \
         into one that runs through a Portal"
    );
    let scope = CancelScope::on(driver.clone());
    let handle = scope.handle();
    let _following = Following::begin(move |reason| handle.cancel_with(reason));
    driver.run(scope.run(future))
}
