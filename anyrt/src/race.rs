//! Many futures at once: the first success.

use std::future::Future;

use crate::future::Race;

/// Runs all futures at once, and gives the first success.
///
/// The losers are cancelled *and* have ended when it returns. A failure wins nothing; the others run
/// on. Who succeeded first stays the winner, though others succeed while they are being cancelled.
/// Each future is a task of its own, a child of one group, and so `Send + 'static`. They start at the
/// first poll.
///
/// A race for the first output of whatever kind is one of futures that end in `Ok`.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first panic
/// of a future, also of a loser, after all have ended (law E5).
///
/// # Errors
///
/// [`RaceError::Failed`] with every failure in completion order, if none succeeded;
/// [`RaceError::Empty`] if there are no futures; [`RaceError::Cancelled`] if the runtime was shut down
/// and dropped one of them.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: a value that has won goes with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let ask = |server: &'static str, delay| async move {
///     anyrt::sleep(Duration::from_millis(delay)).await;
///     if server == "broken" { Err("no answer") } else { Ok(server) }
/// };
/// let servers = || [ask("broken", 0), ask("near", 2), ask("far", 10_000)];
/// assert_eq!(anyrt::run(anyrt::race(servers())), Ok("near"));
///
/// let failed = anyrt::run(anyrt::race([ask("broken", 0), ask("broken", 0)]));
/// assert_eq!(failed.unwrap_err().failures(), ["no answer", "no answer"]);
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
/// [`RaceError::Failed`]: crate::RaceError::Failed
/// [`RaceError::Empty`]: crate::RaceError::Empty
/// [`RaceError::Cancelled`]: crate::RaceError::Cancelled
#[doc(alias = "select_ok")]
#[doc(alias = "FIRST_COMPLETED")]
#[doc(alias = "happy eyeballs")]
#[track_caller]
pub fn race<I, T, E>(futures: I) -> Race<T, E>
where
    I: IntoIterator<Item: Future<Output = Result<T, E>> + Send + 'static>,
    T: Send + 'static,
    E: Send + 'static,
{
    Race::ambient(futures)
}
