//! J1, J2: all outputs, or all failures.

use std::future::{Future, pending, ready};
use std::pin::Pin;

use anyrt_core::error::GroupError;
use anyrt_core::prelude::*;
use anyrt_core::{Driver, Toplevel};

use crate::laws::tools::Event;
use crate::policies::Policies;
use crate::support::{Count, holding, turns};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes futures that end from the last to the first: each waits for the one after it.
fn backwards<T: Send + 'static>(alive: &Count, ends: Vec<T>) -> Vec<Boxed<T>> {
    let first = Event::new();
    let mut go = first.clone();
    let mut futures: Vec<Boxed<T>> = Vec::new();
    for end in ends.into_iter().rev() {
        let then = Event::new();
        let (waits, tells) = (std::mem::replace(&mut go, then.clone()), then);
        futures.push(Box::pin(holding(alive.guard(), async move {
            waits.wait().await;
            // Whoever comes later is later in the queues of the runtime, too.
            turns(3).await;
            tells.set();
            end
        })));
    }
    first.set();
    futures.reverse();
    futures
}

pub(super) fn j1<P: Policies, D: Driver + Toplevel>(driver: &D) {
    driver.run(async {
        let alive = Count::new();
        let ends: Vec<Result<usize, &str>> =
            vec![Ok(0), Err("no"), Ok(2), Err("nor this"), Ok(4), Ok(5)];
        let outputs = P::gather(driver, backwards(&alive, ends.clone())).await;
        assert_eq!(outputs, Ok(ends), "outputs of futures that ended from the last to the first");
        assert_eq!(alive.get(), 0, "futures that were left when their outputs were given");
        let outputs = P::gather(driver, Vec::<Boxed<u8>>::new()).await;
        assert_eq!(outputs, Ok(Vec::new()), "outputs of no futures");
    });
}

pub(super) fn j2<P: Policies, D: Driver + Toplevel>(driver: &D) {
    driver.run(async {
        all_succeed::<P, D>(driver).await;
        some_fail::<P, D>(driver).await;
    });
}

async fn all_succeed<P: Policies, D: Driver>(driver: &D) {
    let alive = Count::new();
    let ends: Vec<Result<usize, &str>> = (0..6).map(Ok).collect();
    let values = P::try_gather(driver, backwards(&alive, ends)).await;
    assert_eq!(values, Ok((0..6).collect()), "values of futures that ended backwards");
    assert_eq!(alive.get(), 0, "futures that were left when their values were given");
}

/// The second to fail does so because it sees the third cut, by the first.
async fn some_fail<P: Policies, D: Driver>(driver: &D) {
    let (alive, cut, waiting) = (Count::new(), Event::new(), Event::new());
    let guard = cut.guard();
    let second = {
        let (b, cut) = (driver.clone(), cut.clone());
        async move {
            b.shield(cut.wait()).await;
            Err("second")
        }
    };
    let third = {
        let waiting = waiting.clone();
        async move {
            let _cut = guard;
            waiting.set();
            pending().await
        }
    };
    let first = async move {
        waiting.wait().await;
        Err("first")
    };
    let futures: Vec<Boxed<Result<u8, &str>>> = vec![
        Box::pin(holding(alive.guard(), second)),
        Box::pin(holding(alive.guard(), third)),
        Box::pin(holding(alive.guard(), ready(Ok(1)))),
        Box::pin(holding(alive.guard(), first)),
    ];
    match P::try_gather(driver, futures).await {
        Err(GroupError::Failed(all)) => {
            assert_eq!(*all, ["first", "second"], "the failures of two in four");
        }
        other => panic!("two in four have failed, and `try_gather` gave {other:?}"),
    }
    assert_eq!(alive.get(), 0, "futures that were left when the failures were given");
}
