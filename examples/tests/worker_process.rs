//! The pattern `worker_process`, with the program of that name as worker, on every backend.

use std::time::Duration;

use anyrt_examples::patterns::worker_process::{Work, in_a_process};
use anyrt_workers::{Options, WorkerError, pool};

const SECOND: Duration = Duration::from_millis(100);

#[anyrt::test]
async fn work_panics_and_crashes_come_back() {
    let options = Options::new(2).program(env!("CARGO_BIN_EXE_worker_process"));
    let worked = pool(options, async |pool| {
        let worked = in_a_process(&pool, Work::Primes(20_000), SECOND).await.unwrap();
        assert_eq!(worked.value, 2262);
        assert!(worked.ticks > 0, "{worked:?}");

        let bug = in_a_process(&pool, Work::Panic, SECOND).await.unwrap_err();
        assert!(
            matches!(bug.failures(), [WorkerError::Panicked(text)] if text == "a bug"),
            "{bug}"
        );
        let crash = in_a_process(&pool, Work::Crash, SECOND).await.unwrap_err();
        assert!(matches!(crash.failures(), [WorkerError::Crashed(_)]), "{crash}");

        let again = in_a_process(&pool, Work::Primes(10), SECOND).await.unwrap();
        assert_eq!(again.value, 4);
    });
    let limit = Duration::from_secs(60);
    anyrt::fail_after(limit, worked).await.expect("it hangs").unwrap();
}
