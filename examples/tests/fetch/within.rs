//! A time limit: what hangs is a failure.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Runs `test` on a thread of its own, and panics if it does not end in time.
#[track_caller]
pub(crate) fn within_limit<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let runner = thread::spawn(move || {
        let _ = sender.send(test());
    });
    match receiver.recv_timeout(LIMIT) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("not over after {LIMIT:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match runner.join() {
            Err(payload) => std::panic::resume_unwind(payload),
            Ok(()) => unreachable!("a test that ends sends its value"),
        },
    }
}
