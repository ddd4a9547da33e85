//! S8: `bracket`, whatever became of the work.

use std::future::pending;

use anyrt_core::prelude::*;
use anyrt_core::scope::Lent;
use anyrt_core::{Driver, Toplevel};

use super::work;
use crate::laws::tools::{Event, Source, step};
use crate::policies::Policies;
use crate::support::{Log, Marker, OnDrop, boom, catch, describe, turns};

pub(super) fn s8<P: Policies, D: Driver + Toplevel>(driver: &D) {
    driver.run(after_a_value_and_a_failure::<P, D>(driver));
    driver.run(after_a_panic::<P, D>(driver));
    for source in Source::ALL {
        driver.run(after_a_cancellation::<P, D>(driver, source));
    }
    driver.run(cancelled_before::<P, D>(driver));
    driver.run(dropped_by_foreign_code::<P, D>(driver));
    driver.run(kept::<P, D>(driver));
}

/// A resource that notes what is done with it.
struct Resource<G> {
    log: Log,
    used: u32,
    _guard: G,
}

fn resource(log: &Log) -> Resource<OnDrop<impl FnOnce()>> {
    Resource { log: log.clone(), used: 0, _guard: log.guard("the resource is dropped") }
}

impl<G> Resource<G> {
    fn note(&mut self, event: &'static str) {
        self.used += 1;
        self.log.note(event);
    }

    async fn release<D: Driver>(mut self, driver: &D, uses: u32) {
        assert_eq!(self.used, uses, "how often the resource was used before");
        self.note("release begins");
        work(driver).await;
        self.note("release ends");
    }
}

const WORKED: [&str; 5] =
    ["work", "the work is dropped", "release begins", "release ends", "the resource is dropped"];

async fn after_a_value_and_a_failure<P: Policies, D: Driver>(driver: &D) {
    for outcome in [Ok(1), Err("failure")] {
        let log = Log::new();
        let done = P::bracket(
            driver,
            resource(&log),
            async |mut resource: Lent<Resource<_>>| {
                let _guard = log.guard("the work is dropped");
                turns(1).await;
                resource.note("work");
                outcome
            },
            async |resource: Resource<_>| resource.release(driver, 1).await,
        );
        assert_eq!(done.await, outcome, "what the bracket gave");
        assert_eq!(log.entries(), WORKED, "after {outcome:?}");
    }
}

async fn after_a_panic<P: Policies, D: Driver>(driver: &D) {
    let log = Log::new();
    let panicking = P::bracket(
        driver,
        resource(&log),
        async |mut resource: Lent<Resource<_>>| {
            let _guard = log.guard("the work is dropped");
            turns(1).await;
            resource.note("work");
            boom::<Marker>(Marker(1));
        },
        async |resource: Resource<_>| resource.release(driver, 1).await,
    );
    let payload = catch(panicking).await.expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&Marker(1)), "the payload");
    assert_eq!(log.entries(), WORKED, "after a panic");
}

async fn after_a_cancellation<P: Policies, D: Driver>(driver: &D, source: Source) {
    let context = &format!("cancelled from {source:?}");
    let (log, go) = (Log::new(), Event::new());
    let scope = driver.cancel_scope();
    let handle = scope.handle();
    let mut run = Box::pin(scope.run(async {
        let never = P::bracket(
            driver,
            resource(&log),
            async |mut resource: Lent<Resource<_>>| {
                let _guard = log.guard("the work is dropped");
                resource.note("work");
                pending::<()>().await;
            },
            async |resource: Resource<_>| {
                go.wait().await;
                resource.release(driver, 1).await;
            },
        );
        never.await;
        log.note("after the bracket");
    }));
    assert!(step(&mut run).await.is_pending(), "{context}: the work is not over");
    source.cancel(driver, &handle).await;
    let mut early = step(&mut run).await;
    for _ in 0..200 {
        if early.is_ready() || log.entries().len() >= 2 {
            break;
        }
        turns(1).await;
        early = step(&mut run).await;
    }
    assert!(early.is_pending(), "{context}: the scope did not wait for the release: {early:?}");
    go.set();
    assert!(run.await.is_err(), "{context}: the scope gave a value");
    assert_eq!(log.entries(), WORKED, "{context}");
}

/// The work runs to its first checkpoint, and the release all the same.
async fn cancelled_before<P: Policies, D: Driver>(driver: &D) {
    let log = Log::new();
    let scope = driver.cancel_scope();
    scope.handle().cancel();
    let run = scope.run(P::bracket(
        driver,
        resource(&log),
        async |mut resource: Lent<Resource<_>>| {
            let _guard = log.guard("the work is dropped");
            resource.note("work");
            driver.checkpoint().await;
            resource.note("more work");
        },
        async |resource: Resource<_>| resource.release(driver, 1).await,
    ));
    assert!(run.await.is_err(), "a scope that was cancelled before gave a value");
    assert_eq!(log.entries(), WORKED, "in a scope that was cancelled before");
}

async fn dropped_by_foreign_code<P: Policies, D: Driver>(driver: &D) {
    let log = Log::new();
    let mut cut = Box::pin(P::bracket(
        driver,
        resource(&log),
        async |mut resource: Lent<Resource<_>>| {
            resource.note("work");
            pending::<()>().await;
        },
        async |resource: Resource<_>| resource.release(driver, 1).await,
    ));
    assert!(step(&mut cut).await.is_pending(), "the work is not over");
    drop(cut);
    let order = ["work", "the resource is dropped"];
    assert_eq!(log.entries(), order, "after a drop by foreign code");
}

async fn kept<P: Policies, D: Driver>(driver: &D) {
    let kept = P::bracket(driver, 7, async |number: Lent<u8>| number, async |_| {});
    let payload = catch(kept).await.map(|_| ()).expect_err("the work has kept what it was lent");
    let text = describe(&*payload);
    assert!(text.contains("drop it before the work ends"), "{text}");
}
