//! An async main, and what it runs on.
//!
//! asyncio: `asyncio.run`, `get_running_loop`. Trio: `trio.run`. `AnyIO`: `anyio.run`,
//! `sniffio.current_async_library`. A program that needs no choice at run time writes
//! `#[anyrt::main]`, or `#[anyrt::main(smol)]`, over its `async fn main`.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use anyrt::{AnyBackend, NoRuntime};

/// What a program can learn of what it runs on.
#[derive(Debug)]
pub struct Surroundings {
    /// The name of the backend.
    pub backend: &'static str,
    /// The names of the threads on which tasks ran.
    pub threads: BTreeSet<String>,
    /// How long a sleep was on the backend's clock.
    pub slept: Duration,
    /// How long it was on the wall clock: less, if time is virtual.
    pub waited: Duration,
}

/// Asks.
///
/// # Errors
///
/// [`NoRuntime`] if this runs on no backend; it says what to enable.
pub async fn which_backend(second: Duration) -> Result<Surroundings, NoRuntime> {
    let backend = AnyBackend::current()?.name();
    let (now, wall) = (anyrt::now(), Instant::now());
    anyrt::sleep(second).await;
    let (slept, waited) = (anyrt::now() - now, wall.elapsed());

    let tasks = (0..100).map(|_| async { thread::current().name().unwrap_or("?").to_owned() });
    let threads = anyrt::gather(tasks).await.unwrap_or_default().into_iter().collect();
    Ok(Surroundings { backend, threads, slept, waited })
}

#[cfg(test)]
mod tests {
    use anyrt::AnyBackend;

    use super::which_backend;
    use crate::testing::{SECOND, assert_took, in_time};

    #[test]
    fn it_names_the_backend_that_really_runs() {
        // Part of the names that each runtime gives to its threads.
        let runtimes = [("tokio", "tokio"), ("smol", "smol"), ("async-std", "async-std")];
        for (name, thread) in runtimes {
            let backend: AnyBackend = name.parse().unwrap();
            let found = anyrt::run_on(&backend, in_time(which_backend(SECOND))).unwrap();
            assert_eq!(found.backend, name);
            assert!(found.threads.iter().all(|name| name.contains(thread)), "{found:?}");
            assert!(found.slept >= SECOND && found.waited >= SECOND, "{found:?}");
        }
    }

    #[test]
    fn in_a_simulation_time_is_virtual() {
        anyrt::sim::Sim::new(0).run(async {
            let found = in_time(which_backend(SECOND * 200)).await.unwrap();
            assert_eq!(found.backend, "sim");
            assert_took(found.slept, SECOND * 200);
            assert!(found.waited < SECOND * 100, "that was no virtual time: {found:?}");
        });
    }
}
