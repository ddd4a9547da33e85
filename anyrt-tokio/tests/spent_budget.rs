//! A timeout ends also where a task has spent its share of tokio's budget.

use std::future::pending;
use std::time::{Duration, Instant};

use anyrt_core::prelude::*;
use anyrt_tokio::TokioBackend;
use tokio::runtime::Builder;
use tokio::task::coop::consume_budget;

const SHORT: Duration = Duration::from_millis(1);
const ALARM: Duration = Duration::from_secs(20);

#[test]
fn a_timeout_ends_however_much_of_the_budget_is_spent() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let backend = TokioBackend::current().unwrap();
        // A share is 128.
        for spent in 0..130 {
            let endless = async move {
                for _ in 0..spent {
                    consume_budget().await;
                }
                pending::<()>().await;
            };
            let limited = async {
                backend.fail_after(SHORT, endless).await.unwrap_err();
            };
            // What wakes the task in the end, too, must not be what ends it.
            let start = Instant::now();
            let ended = tokio::time::timeout(ALARM, backend.root(limited)).await;
            assert!(ended.is_ok() && start.elapsed() < ALARM, "it hangs after {spent}");
        }
    });
}
