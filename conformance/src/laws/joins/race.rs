//! J3: the first success.

use std::future::{Future, pending, ready};
use std::pin::Pin;

use anyrt_core::error::RaceError;
use anyrt_core::prelude::*;
use anyrt_core::{Driver, Toplevel};

use crate::laws::tools::Event;
use crate::policies::Policies;
use crate::support::{Count, Flag, holding, late};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pub(super) fn j3<P: Policies, D: Driver + Toplevel>(driver: &D) {
    driver.run(async {
        the_losers_have_ended::<P, D>(driver).await;
        none_succeeds::<P, D>(driver).await;
        nobody_runs::<P, D>(driver).await;
    });
}

/// One of them cleans up, and another one succeeds too late.
async fn the_losers_have_ended<P: Policies, D: Driver>(driver: &D) {
    let (alive, cleaned) = (Count::new(), Flag::new());
    let (waiting, cut, gate) = (Event::new(), Event::new(), Event::new());
    let (guard, failed) = (cut.guard(), Event::new());
    let parked = {
        let waiting = waiting.clone();
        async move {
            let _cut = guard;
            waiting.set();
            pending().await
        }
    };
    let too_late = {
        let (b, gate, cleaned) = (driver.clone(), gate.clone(), cleaned.clone());
        async move {
            b.shield(async {
                cut.wait().await;
                let opener = gate.clone();
                late(move || opener.set());
                gate.wait().await;
            })
            .await;
            cleaned.raise();
            Ok("too late")
        }
    };
    let fails = {
        let guard = failed.guard();
        async move {
            let _failed = guard;
            Err("out of breath")
        }
    };
    let wins = async move {
        waiting.wait().await;
        failed.wait().await;
        Ok("first")
    };
    let futures: Vec<Boxed<Result<&str, &str>>> = vec![
        Box::pin(holding(alive.slow_guard(), parked)),
        Box::pin(holding(alive.guard(), too_late)),
        Box::pin(holding(alive.guard(), fails)),
        Box::pin(holding(alive.guard(), wins)),
    ];
    let winner = P::race(driver, futures).await;
    assert_eq!(winner, Ok("first"), "the winner of a race");
    assert!(cleaned.is_up(), "a loser still cleaned up when the winner was told");
    assert_eq!(alive.get(), 0, "losers that were left when the winner was told");
}

async fn none_succeeds<P: Policies, D: Driver>(driver: &D) {
    let failures = ["first", "second", "third"];
    let futures = failures.map(|failure| -> Boxed<Result<u8, _>> { Box::pin(ready(Err(failure))) });
    match P::race(driver, futures.into()).await {
        Err(RaceError::Failed(all)) => {
            let mut seen = all.into_vec();
            seen.sort_unstable();
            assert_eq!(seen, failures, "the failures of a race that nobody won");
        }
        other => panic!("all have failed, and `race` gave {other:?}"),
    }
}

async fn nobody_runs<P: Policies, D: Driver>(driver: &D) {
    let none = P::race(driver, Vec::<Boxed<Result<u8, u8>>>::new()).await;
    assert_eq!(none, Err(RaceError::Empty), "a race of nobody");
}
