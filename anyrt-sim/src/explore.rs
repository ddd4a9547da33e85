//! Running many seeds, up to the first that fails.

use std::any::Any;
use std::env;
use std::fmt::{self, Display};
use std::future::Future;

use crate::error::SimError;
use crate::sim::Sim;

/// The environment variable that has one seed run alone.
const VARIABLE: &str = "ANYRT_SIM_SEED";

impl Sim {
    /// Runs the same program under many seeds.
    ///
    /// It stops at the first that fails. That is so if the program panics, or if it [cannot go on](SimError). If the environment variable
    /// `ANYRT_SIM_SEED` is set, that seed runs and no other.
    ///
    /// # Panics
    ///
    /// Panics at the first seed that fails, with what was seen, the seed, and the line that runs the
    /// same again.
    ///
    /// # Examples
    ///
    /// ```
    /// use anyrt_core::prelude::*;
    /// use anyrt_sim::{Sim, SimBackend};
    ///
    /// Sim::explore(0..100, || async {
    ///     let sim = SimBackend::current().unwrap();
    ///     assert_eq!(sim.run_blocking(|| 6 * 7).await, 42);
    /// });
    /// ```
    #[track_caller]
    pub fn explore<F: Future>(seeds: impl IntoIterator<Item = u64>, make: impl FnMut() -> F) {
        Self::new(0).explore_seeds(seeds, make);
    }

    /// Runs many seeds as [`explore`](Self::explore) does, with these settings.
    ///
    /// # Panics
    ///
    /// Panics at the first seed that fails, as [`explore`](Self::explore) does.
    #[track_caller]
    pub fn explore_seeds<F: Future>(
        &self,
        seeds: impl IntoIterator<Item = u64>,
        make: impl FnMut() -> F,
    ) {
        if let Err(failure) = self.try_explore(seeds, make) {
            panic!("{failure}");
        }
    }

    /// Runs many seeds with these settings, and gives the number of them.
    ///
    /// # Panics
    ///
    /// Panics on a thread that polls an anyrt future (law B8), and if `ANYRT_SIM_SEED` is no number.
    ///
    /// # Errors
    ///
    /// [`Failure`]: the first seed that failed, and what was seen.
    ///
    /// # Examples
    ///
    /// ```
    /// use anyrt_sim::{Sim, SimBackend};
    ///
    /// let failure = Sim::new(0).try_explore(0..100, || async {
    ///     assert!(SimBackend::current().unwrap().seed() < 17, "too late");
    /// });
    /// let failure = failure.unwrap_err();
    /// assert_eq!(failure.seed(), 17);
    /// assert!(failure.to_string().contains("Sim::new(17).run(..)"));
    /// ```
    #[track_caller]
    pub fn try_explore<F: Future>(
        &self,
        seeds: impl IntoIterator<Item = u64>,
        mut make: impl FnMut() -> F,
    ) -> Result<usize, Failure> {
        let (only, mut seeds) = (only_seed(), seeds.into_iter());
        let mut runs = 0;
        // No closure: the caller's line is the place of the program in the task tree.
        while let Some(seed) = only.or_else(|| seeds.next()) {
            let failed = |message, error| Failure { seed, runs, message, error };
            match self.clone().seed(seed).outcome(make()) {
                Ok(Ok(_)) => runs += 1,
                Ok(Err(error)) => return Err(failed(error.to_string(), Some(Box::new(error)))),
                Err(payload) => return Err(failed(text_of(&*payload), None)),
            }
            if only.is_some() {
                break;
            }
        }
        Ok(runs)
    }
}

/// Gives the seed that the environment names.
fn only_seed() -> Option<u64> {
    let text = env::var(VARIABLE).ok().filter(|text| !text.is_empty())?;
    match text.trim().parse() {
        Ok(seed) => Some(seed),
        Err(_) => panic!(
            "the environment variable {VARIABLE} is {text:?}, which is no seed: give a number"
        ),
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a text".to_owned()
    }
}

/// A seed under which a program failed.
///
/// Its text says what was seen, and how to run the same again.
#[derive(Clone, Debug)]
pub struct Failure {
    seed: u64,
    runs: usize,
    message: String,
    error: Option<Box<SimError>>,
}

impl Failure {
    /// Gives the seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Tells how many seeds went well before.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// Gives the text of the panic, or of the error.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Gives the error, if the program did not panic but could not go on.
    pub fn error(&self) -> Option<&SimError> {
        self.error.as_deref()
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, runs, message, .. } = self;
        let message = message.trim_end();
        writeln!(f, "seed {seed} failed, after {runs} that did not: {message}")?;
        write!(f, "to run the same again: Sim::new({seed}).run(..), or set {VARIABLE}={seed}")
    }
}

impl std::error::Error for Failure {}
