//! Every law of threads was seen to be broken: its check fails on calls that break it.

#[path = "saboteurs/seen.rs"]
mod seen;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyrt_conformance::{Engine, Outcome, Subject, Threads, run_law, thread_laws_of};
use anyrt_core::blocking::{Portal, PortalError, RunBlocking};
use anyrt_core::error::Cancelled;
use anyrt_core::prelude::*;
use anyrt_core::sync::{Borrower, CapacityLimiter};
use anyrt_core::{Driver, Toplevel};
use anyrt_tokio::TokioBackend;

/// Makes a fault that differs from the engine in how one runs a closure.
macro_rules! runs {
    ($(#[$doc:meta])* $name:ident::$method:ident($driver:ident, $limiter:ident, $f:ident) $run:expr) => {
        $(#[$doc])*
        struct $name;

        impl Threads for $name {
            fn $method<D, F, T>(
                $driver: &D,
                $limiter: Arc<CapacityLimiter>,
                $f: F,
            ) -> impl Future<Output = T> + Send
            where
                D: Driver,
                F: FnOnce() -> T + Send + 'static,
                T: Send + 'static,
            {
                $run
            }
        }
    };
}

fn unlimited() -> Arc<CapacityLimiter> {
    Arc::new(CapacityLimiter::new(CapacityLimiter::UNLIMITED))
}

runs! {
    /// Abandons every call.
    AbandonsAll::run(driver, limiter, f)
    RunBlocking::on(driver.clone(), f).with_limiter(limiter).abandonable()
}

runs! {
    /// Loses the value of a call that was cancelled meanwhile.
    LosesTheValue::run(driver, limiter, f) {
        let driver = driver.clone();
        async move {
            let value = RunBlocking::on(driver.clone(), f).with_limiter(limiter).await;
            driver.checkpoint().await;
            value
        }
    }
}

runs! {
    /// Waits also for who may be abandoned.
    AbandonsNobody::run_abandonable(driver, limiter, f)
    RunBlocking::on(driver.clone(), f).with_limiter(limiter)
}

runs! {
    /// Frees the token with the call, and not with the thread, as `AnyIO` does on `asyncio`.
    FreesItsTokenEarly::run_abandonable(driver, limiter, f) {
        let driver = driver.clone();
        async move {
            let token = limiter.acquire_on_behalf_of_owned(Borrower::new()).await;
            let call = RunBlocking::on(driver, f).with_limiter(unlimited()).abandonable().await;
            drop(token);
            call
        }
    }
}

runs! {
    /// Runs as many closures at once as there are.
    KnowsNoLimit::run(driver, limiter, f) {
        drop(limiter);
        RunBlocking::on(driver.clone(), f).with_limiter(unlimited())
    }
}

runs! {
    /// Hands the closure over first, and waits for its token on the thread.
    WaitsOnTheThread::run(driver, limiter, f) {
        let waiting = move || {
            loop {
                if let Ok(token) = limiter.try_acquire_on_behalf_of(Borrower::new()) {
                    let value = f();
                    drop(token);
                    return value;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        RunBlocking::on(driver.clone(), waiting).with_limiter(unlimited())
    }
}

/// Tells every closure that all is well.
struct IsNeverCancelled;

impl Threads for IsNeverCancelled {
    fn is_cancelled() -> bool {
        false
    }
}

/// Starts a program in the closure, which knows nothing of the call.
struct StartsAProgram;

impl Threads for StartsAProgram {
    fn block_on<D, F>(driver: &D, future: F) -> Result<F::Output, Cancelled>
    where
        D: Driver + Toplevel,
        F: Future,
    {
        Ok(driver.run(future))
    }
}

/// The panic of a call is its group's.
struct PanicsInTheGroup;

impl Threads for PanicsInTheGroup {
    fn call<D, F>(portal: &Portal<D, String>, future: F) -> Result<F::Output, PortalError<F>>
    where
        D: Driver + Toplevel,
        F: Future<Output: Send> + Send + 'static,
    {
        let Ok(handle) = portal.group().try_spawn(async { Ok(future.await) }) else {
            panic!("the group has ended");
        };
        let ended = portal.call(handle.into_future()).map_err(|_| ());
        Ok(ended.expect("the group is open").expect("the child has ended well"))
    }
}

/// Runs the check of a law.
fn outcome<P: Threads>(id: &str) -> Outcome {
    let (laws, limit) = (thread_laws_of::<P, Subject>(), Duration::from_secs(5));
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
    abandons_all: AbandonsAll breaks "T1";
    loses_the_value: LosesTheValue breaks "T1";
    abandons_nobody: AbandonsNobody breaks "T2";
    frees_its_token_early: FreesItsTokenEarly breaks "T2";
    is_never_cancelled: IsNeverCancelled breaks "T3";
    starts_a_program: StartsAProgram breaks "T4";
    panics_in_the_group: PanicsInTheGroup breaks "T4";
    knows_no_limit: KnowsNoLimit breaks "T5";
    waits_on_the_thread: WaitsOnTheThread breaks "T5";
}

#[test]
fn the_engines_own_is_harmless() {
    for law in thread_laws_of::<Engine, Subject>() {
        assert_eq!(run_law(&law, &Subject::new(TokioBackend::new())), Outcome::Passed, "{law:?}");
    }
}

#[test]
fn every_law_of_threads_has_a_saboteur() {
    seen::assert_all_are_broken(&thread_laws_of::<Engine, Subject>(), BROKEN);
}
