//! Every law of the join policies, and S8, was seen to be broken: its check fails on policies that
//! break it.

#[path = "saboteurs/seen.rs"]
mod seen;

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use anyrt_conformance::{Engine, Law, Outcome, Policies, Subject, bracket_law_of, join_laws_of};
use anyrt_core::Driver;
use anyrt_core::error::{Cancelled, Failures, GroupError, RaceError};
use anyrt_core::join::{AsCompleted, Gather};
use anyrt_core::retry::Retry;
use anyrt_core::scope::{Lent, bracket_on};
use anyrt_tokio::TokioBackend;

/// Gives the outputs in completion order.
struct GathersAsTheyCome;

impl Policies for GathersAsTheyCome {
    async fn gather<D, F>(driver: &D, futures: Vec<F>) -> Result<Vec<F::Output>, Cancelled>
    where
        D: Driver,
        F: Future<Output: Send> + Send + 'static,
    {
        let mut stream = AsCompleted::on(driver.clone(), futures);
        let mut outputs = Vec::new();
        while let Some(output) = stream.next().await {
            outputs.push(output);
        }
        Ok(outputs)
    }
}

/// Lets all futures run to their end, whoever fails.
struct FailureCancelsNobody;

impl Policies for FailureCancelsNobody {
    async fn try_gather<D, F, T, E>(driver: &D, futures: Vec<F>) -> Result<Vec<T>, GroupError<E>>
    where
        D: Driver,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let ends = Gather::on(driver.clone(), futures).await.map_err(GroupError::Cancelled)?;
        let (values, failures) =
            ends.into_iter().fold((Vec::new(), Vec::new()), |(mut values, mut failures), end| {
                match end {
                    Ok(value) => values.push(value),
                    Err(failure) => failures.push(failure),
                }
                (values, failures)
            });
        Failures::new(failures).map_or(Ok(values), |failures| Err(GroupError::Failed(failures)))
    }
}

/// Reports the first failure alone.
struct FirstFailureOnly;

impl Policies for FirstFailureOnly {
    async fn try_gather<D, F, T, E>(driver: &D, futures: Vec<F>) -> Result<Vec<T>, GroupError<E>>
    where
        D: Driver,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        Engine::try_gather(driver, futures).await.map_err(|error| match error {
            GroupError::Failed(failures) => {
                let first = Failures::new(vec![failures.into_first()]);
                GroupError::Failed(first.expect("there is one"))
            }
            cancelled => cancelled,
        })
    }
}

/// Tells the winner while the losers are still there.
struct LeavesTheLosers;

impl Policies for LeavesTheLosers {
    async fn race<D, F, T, E>(driver: &D, futures: Vec<F>) -> Result<T, RaceError<E>>
    where
        D: Driver,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let mut stream = AsCompleted::on(driver.clone(), futures);
        let mut failures = Vec::new();
        while let Some(end) = stream.next().await {
            match end {
                Ok(winner) => return Ok(winner),
                Err(failure) => failures.push(failure),
            }
        }
        Err(Failures::new(failures).map_or(RaceError::Empty, RaceError::Failed))
    }
}

/// Takes an output, and only then sees whether somebody still wants it.
struct TakesBeforeItGives;

impl Policies for TakesBeforeItGives {
    async fn next<D: Driver, T: Send + 'static>(stream: &mut AsCompleted<D, T>) -> Option<T> {
        let output = stream.next().await;
        anyrt_core::task::yield_now().await;
        output
    }
}

/// Does not wait for the delays.
struct CallsAtOnce;

impl Policies for CallsAtOnce {
    async fn retry<D, M, F, T, E>(driver: &D, delays: Vec<Duration>, make: M) -> Result<T, E>
    where
        D: Driver,
        M: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        Retry::on(driver.clone(), vec![Duration::ZERO; delays.len()], make).await
    }
}

/// Calls once more when there are no more delays.
struct CallsOnceMore;

impl Policies for CallsOnceMore {
    async fn retry<D, M, F, T, E>(driver: &D, mut delays: Vec<Duration>, make: M) -> Result<T, E>
    where
        D: Driver,
        M: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        delays.push(Duration::ZERO);
        Retry::on(driver.clone(), delays, make).await
    }
}

/// Keeps the failure of a call until the next one.
struct KeepsTheFailure;

impl Policies for KeepsTheFailure {
    async fn retry<D, M, F, T, E>(driver: &D, delays: Vec<Duration>, mut make: M) -> Result<T, E>
    where
        D: Driver,
        M: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        let mut last = make().await;
        for delay in delays {
            if last.is_ok() {
                break;
            }
            anyrt_core::Backend::sleep(driver, delay).await;
            last = make().await;
        }
        last
    }
}

/// Releases only what was worked with to the end.
struct ReleasesAfterAValue;

impl Policies for ReleasesAfterAValue {
    async fn bracket<D: Driver, R, F: Future, G: Future<Output = ()>>(
        driver: &D,
        resource: R,
        work: impl FnOnce(Lent<R>) -> F,
        release: impl FnOnce(R) -> G,
    ) -> F::Output {
        let has_ended = Cell::new(false);
        let work = async |lent| {
            let value = work(lent).await;
            has_ended.set(true);
            value
        };
        let release = async |resource| {
            if has_ended.get() {
                release(resource).await;
            }
        };
        bracket_on(driver.clone(), resource, work, release).await
    }
}

/// Lets a cancellation cut the release.
struct ReleaseIsCut;

impl Policies for ReleaseIsCut {
    async fn bracket<D: Driver, R, F: Future, G: Future<Output = ()>>(
        driver: &D,
        resource: R,
        work: impl FnOnce(Lent<R>) -> F,
        release: impl FnOnce(R) -> G,
    ) -> F::Output {
        let kept = Cell::new(None);
        let keep = async |resource| kept.set(Some(resource));
        let value = bracket_on(driver.clone(), resource, work, keep).await;
        release(kept.take().expect("it was released")).await;
        value
    }
}

/// The laws that can be checked on policies.
fn laws_of<P: Policies>() -> Vec<Law<Subject>> {
    let mut laws = join_laws_of::<P, Subject>();
    laws.push(bracket_law_of::<P, Subject>());
    laws
}

/// Runs the check of a law.
fn outcome<P: Policies>(id: &str) -> Outcome {
    let (laws, limit) = (laws_of::<P>(), Duration::from_secs(5));
    seen::outcome(laws, id, limit, &Subject::new(TokioBackend::new()))
}

/// Makes a test of each fault, and the table of what they break.
macro_rules! faults {
    ($($name:ident: $fault:ident breaks $id:literal;)*) => {
        $(
            #[test]
            fn $name() {
                assert_ne!(outcome::<$fault>($id), Outcome::Passed);
            }
        )*

        const BROKEN: &[&str] = &[$($id),*];
    };
}

faults! {
    gathers_as_they_come: GathersAsTheyCome breaks "J1";
    failure_cancels_nobody: FailureCancelsNobody breaks "J2";
    first_failure_only: FirstFailureOnly breaks "J2";
    leaves_the_losers: LeavesTheLosers breaks "J3";
    takes_before_it_gives: TakesBeforeItGives breaks "J4";
    calls_at_once: CallsAtOnce breaks "J5";
    calls_once_more: CallsOnceMore breaks "J5";
    keeps_the_failure: KeepsTheFailure breaks "J5";
    releases_after_a_value: ReleasesAfterAValue breaks "S8";
    release_is_cut: ReleaseIsCut breaks "S8";
}

#[test]
fn every_law_of_joining_has_a_saboteur() {
    seen::assert_all_are_broken(&laws_of::<Engine>(), BROKEN);
}
