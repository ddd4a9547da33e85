//! What the tests of the patterns share.

use std::future::Future;
use std::time::Duration;

use anyrt::AnyBackend;

use crate::log::Log;

/// What the patterns call a second: so long that no machine takes one for two.
pub(crate) const SECOND: Duration = Duration::from_millis(100);

/// By how much a real machine may be late.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fails instead of hanging.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    anyrt::fail_after(PATIENCE, future).await.expect("it hangs")
}

/// Gives an output, and how long that took; fails instead of hanging.
pub(crate) async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let start = anyrt::now();
    let output = in_time(future).await;
    (output, anyrt::now() - start)
}

/// In virtual time it took exactly so long, on a real clock at least.
#[track_caller]
pub(crate) fn assert_took(took: Duration, expected: Duration) {
    if is_simulated() {
        assert_eq!(took, expected);
    } else {
        assert!((expected..expected + PATIENCE).contains(&took), "{took:?}, not {expected:?}");
    }
}

/// That happened in this order and, in seconds, at these times.
#[track_caller]
pub(crate) fn assert_log(log: &Log, expected: &[(u32, &str)]) {
    let entries = log.entries();
    let texts = |log: &Log| log.entries().into_iter().map(|(_, what)| what).collect::<Vec<_>>();
    let expected_texts: Vec<_> = expected.iter().map(|(_, what)| *what).collect();
    assert_eq!(texts(log), expected_texts, "{log}");
    for ((after, _), (seconds, _)) in entries.iter().zip(expected) {
        assert_took(*after, SECOND * *seconds);
    }
}

/// Whether time is virtual.
pub(crate) fn is_simulated() -> bool {
    AnyBackend::current().is_ok_and(|backend| backend.name() == "sim")
}
