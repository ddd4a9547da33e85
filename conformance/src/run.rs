//! Runs a law: on a thread of its own, with a time limit.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

/// How the check of a law ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The backend obeys the law, as far as the check sees.
    Passed,
    /// The check panicked.
    Failed {
        /// What the check saw.
        message: String,
    },
    /// The check did not end within the law's time limit.
    ///
    /// Its thread is left behind.
    Hung,
}

impl Outcome {
    /// Tells whether the check passed.
    pub fn is_passed(&self) -> bool {
        *self == Self::Passed
    }
}

/// How the check of a law ended, and how long that took.
#[derive(Clone, Debug)]
pub struct Measured {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
}

/// Runs the check of a law against a backend.
pub fn run_law<B>(law: &Law<B>, backend: &B) -> Outcome
where
    B: Clone + Send + 'static,
{
    measure(law, backend).outcome
}

/// Runs the check of a law against a backend, and takes the time.
///
/// # Panics
///
/// Panics if the system gives no thread.
pub fn measure<B>(law: &Law<B>, backend: &B) -> Measured
where
    B: Clone + Send + 'static,
{
    let (sender, receiver) = channel();
    let (check, backend) = (law.check, backend.clone());
    let begin = Instant::now();
    thread::Builder::new()
        .name(format!("law-{}", law.id))
        .spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| check(&backend)));
            // The backend may take its time to end, which is not the check's.
            let _ = sender.send((result, begin.elapsed()));
        })
        .expect("the system has a thread for the check");
    match receiver.recv_timeout(law.limit) {
        Ok((Ok(()), elapsed)) => Measured { outcome: Outcome::Passed, elapsed },
        Ok((Err(payload), elapsed)) => {
            Measured { outcome: Outcome::Failed { message: message_of(&*payload) }, elapsed }
        }
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Measured { outcome: Outcome::Hung, elapsed: begin.elapsed() }
        }
    }
}

/// Gives the text of a panic, also of one that the engine passed on from another thread.
fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        format!("panicked with {}", crate::support::describe(payload))
    }
}

/// Panics if the backend breaks the law `id`.
///
/// The message has everything that a reader needs.
///
/// The tests that [`suite!`](crate::suite) makes call this.
///
/// # Panics
///
/// Panics if the check fails or hangs, or if there is no such law.
pub fn hold<B: Backend + Toplevel>(laws: &[Law<B>], backend: &B, id: &str) {
    let law = laws
        .iter()
        .find(|law| law.id.eq_ignore_ascii_case(id))
        .unwrap_or_else(|| panic!("the registry has no law {id:?}"));
    let broken = |seen: &dyn Display| {
        panic!("{} breaks law {}: {}\n  seen: {seen}", backend.name(), law.id, law.sentence)
    };
    match run_law(law, backend) {
        Outcome::Passed => {}
        Outcome::Failed { message } => broken(&message),
        Outcome::Hung => broken(&format_args!("the check still runs after {:?}", law.limit)),
    }
}
