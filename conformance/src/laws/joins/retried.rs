//! J5: calling again.

use std::cell::RefCell;
use std::future::ready;
use std::time::Duration;

use anyrt_core::{Driver, Toplevel};

use crate::laws::tools::{HOUR, step};
use crate::policies::Policies;
use crate::support::Count;

const DELAYS: [Duration; 3] = [Duration::from_millis(3), Duration::ZERO, Duration::from_millis(6)];

pub(super) fn j5<P: Policies, D: Driver + Toplevel>(driver: &D) {
    driver.run(async {
        for successes_at in 1..=5 {
            so_many_calls::<P, D>(driver, successes_at).await;
        }
        nothing_is_left::<P, D>(driver).await;
    });
}

/// With 3 delays there are 4 calls at most; the clock says that each delay was kept.
async fn so_many_calls<P: Policies, D: Driver>(driver: &D, successes_at: usize) {
    let calls = RefCell::new(Vec::new());
    let result = P::retry(driver, DELAYS.to_vec(), || {
        calls.borrow_mut().push(Driver::now(driver));
        let call = calls.borrow().len();
        ready(if call == successes_at { Ok(call) } else { Err(call) })
    })
    .await;
    let expected = if successes_at <= 4 { Ok(successes_at) } else { Err(4) };
    assert_eq!(result, expected, "what a retry gave whose call {successes_at} would succeed");
    let calls = calls.into_inner();
    assert_eq!(calls.len(), successes_at.min(4), "calls until number {successes_at} succeeds");
    for (pair, delay) in calls.windows(2).zip(DELAYS) {
        let waited = pair[1].saturating_duration_since(pair[0]);
        assert!(waited >= delay, "called again after {waited:?} instead of {delay:?}");
    }
}

/// Neither the future nor the failure of a call is there while the next one is waited for.
async fn nothing_is_left<P: Policies, D: Driver>(driver: &D) {
    let (futures, failures) = (Count::new(), Count::new());
    let mut retry = Box::pin(P::retry(driver, vec![HOUR], || {
        let (future, failure) = (futures.guard(), failures.guard());
        async move {
            let _future = future;
            Err::<(), _>(failure)
        }
    }));
    assert!(step(&mut retry).await.is_pending(), "called again before an hour was over");
    let left = (futures.get(), failures.get());
    assert_eq!(left, (0, 0), "futures and failures of earlier calls that are left in the delay");
}
