//! `race`: the first success wins, and the losers have ended when it is told.
//!
//! # Invariants
//!
//! - The winner is noted under the lock before the group is cancelled, and never replaced: who
//!   succeeds later, maybe while being cancelled, has lost.
//! - Values and futures of losers are dropped in their own tasks, before the race gives its result.

use std::convert::Infallible;
use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::fan_out::{FanOut, Take};
use super::gather::infallible;
use crate::driver::{Ambient, Driver};
use crate::error::{Cancelled, Failures};
use crate::group::TaskGroup;
use crate::lock::lock;
use crate::sys::Mutex;

/// The future of `race`.
///
/// It gives the first success, once all others have ended.
///
/// # Panics
///
/// Resumes the first panic of a future, also of a loser, after all of them have ended (law E5).
///
/// # Errors
///
/// [`RaceError`] if none succeeded.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: a value that has won goes with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
#[must_use = "a race does nothing unless it is awaited"]
pub struct Race<D, T, E> {
    fan_out: FanOut<D, Infallible, Result<T, RaceError<E>>>,
}

/// How the race stands.
struct Course<T, E> {
    winner: Option<T>,
    failures: Vec<E>,
}

impl<D, T, E> Race<D, T, E>
where
    D: Driver,
    T: Send + 'static,
    E: Send + 'static,
{
    /// Races `futures` as children of a group on `driver`.
    #[track_caller]
    pub fn on<I, F>(driver: D, futures: I) -> Self
    where
        I: IntoIterator<Item = F>,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let futures = Vec::from_iter(futures);
        Self { fan_out: FanOut::on(driver, |group| start(group, futures)) }
    }

    /// Races `futures` on the backend that polls it first.
    #[track_caller]
    pub fn ambient<I, F>(futures: I) -> Self
    where
        D: Ambient,
        I: IntoIterator<Item = F>,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let futures = Vec::from_iter(futures);
        Self { fan_out: FanOut::ambient(|group| start(group, futures)) }
    }
}

fn start<D, F, T, E>(
    group: &TaskGroup<D, Infallible>,
    futures: Vec<F>,
) -> Take<Result<T, RaceError<E>>>
where
    D: Driver,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let course = Arc::new(Mutex::new(Course { winner: None, failures: Vec::new() }));
    for future in futures {
        let (course, others) = (course.clone(), group.clone());
        group.spawn_for_opener(async move {
            match future.await {
                Ok(value) => {
                    let late = lock(&course).cross_the_line(value);
                    others.cancel_with("another future won the race");
                    drop(late);
                }
                Err(failure) => lock(&course).failures.push(failure),
            }
        });
    }
    Box::new(move || Some(lock(&course).result()))
}

impl<T, E> Course<T, E> {
    /// Notes a success; gives it back if it came too late.
    fn cross_the_line(&mut self, value: T) -> Option<T> {
        if self.winner.is_some() {
            return Some(value);
        }
        self.winner = Some(value);
        None
    }

    fn result(&mut self) -> Result<T, RaceError<E>> {
        let failures = std::mem::take(&mut self.failures);
        match (self.winner.take(), Failures::new(failures)) {
            (Some(winner), _) => Ok(winner),
            (None, Some(failures)) => Err(RaceError::Failed(failures)),
            (None, None) => Err(RaceError::Empty),
        }
    }
}

impl<D: Driver, T, E> Future for Race<D, T, E> {
    type Output = Result<T, RaceError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(Pin::new(&mut self.fan_out).poll(cx)) {
            Ok(result) => result,
            Err(error) => Err(RaceError::Cancelled(infallible(error))),
        })
    }
}

impl<D, T, E> Debug for Race<D, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Race").field(&self.fan_out).finish()
    }
}

/// Nobody has won the race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RaceError<E> {
    /// There were no futures, so that nobody could win.
    Empty,
    /// All futures failed: all failures, in completion order (law E2).
    Failed(Failures<E>),
    /// The runtime was shut down and dropped one of the futures.
    Cancelled(Cancelled),
}

impl<E> RaceError<E> {
    /// Gives the failures.
    ///
    /// There are none if there were no futures, or the race was cancelled.
    pub fn failures(&self) -> &[E] {
        match self {
            Self::Failed(failures) => failures,
            Self::Empty | Self::Cancelled(_) => &[],
        }
    }

    /// Gives the failures by value.
    pub fn into_failures(self) -> Vec<E> {
        match self {
            Self::Failed(failures) => failures.into_vec(),
            Self::Empty | Self::Cancelled(_) => Vec::new(),
        }
    }
}

impl<E: Display> Display for RaceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the race had no futures: give it at least one"),
            Self::Failed(failures) => write!(f, "nobody won the race: {failures}"),
            Self::Cancelled(cancelled) => write!(f, "the race was {cancelled}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for RaceError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Empty => None,
            Self::Failed(failures) => Some(failures.first()),
            Self::Cancelled(cancelled) => Some(cancelled),
        }
    }
}
