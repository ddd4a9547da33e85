//! Many futures at once: all of their outputs.

use std::future::Future;

use anyrt_core::join::{Together, TryTogether};

use crate::future::{Gather, TryGather};

/// Runs all futures at once, and gives all of their outputs.
///
/// They come in the order of the call. Each future is a task of its own, a child of one group, and so `Send + 'static`. Their outputs are
/// whatever they are: a `Result` among them cancels nobody ([`try_gather`] does that). They start at
/// the first poll; of no futures it gives no outputs, at once. For futures of several types there is
/// [`join`].
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first panic
/// of a future, after it has cancelled the others and all have ended (law E5).
///
/// # Errors
///
/// [`Cancelled`](crate::Cancelled) if the runtime was shut down and dropped one of the futures. A
/// cancellation from outside cancels and joins them all, and is told by the scope that was cancelled.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: outputs that are there go with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let outputs = anyrt::run(anyrt::gather([3, 1, 2].map(|number| async move {
///     anyrt::sleep(Duration::from_millis(number)).await;
///     number * 10
/// })));
/// assert_eq!(outputs, Ok(vec![30, 10, 20]));
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "join_all")]
#[doc(alias = "wait")]
#[doc(alias = "JoinSet")]
#[track_caller]
pub fn gather<I>(futures: I) -> Gather<Vec<<I::Item as Future>::Output>>
where
    I: IntoIterator<Item: Future<Output: Send> + Send + 'static>,
{
    Gather::ambient(Vec::from_iter(futures))
}

/// Runs all futures at once, and gives their values, unless one fails.
///
/// The values come in the order of the call. The first failure cancels the others and waits for them. Each future is a task of its own, a child
/// of one group, and so `Send + 'static`. They start at the first poll. For futures of several types
/// there is [`try_join`].
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first panic
/// of a future, after it has cancelled the others and all have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if a future failed;
/// [`GroupError::Cancelled`] if the runtime was shut down and dropped one of the futures.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: values that are there go with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// let parse = |text: &'static str| async move { text.parse::<u8>() };
///
/// let numbers = anyrt::run(anyrt::try_gather(["1", "2"].map(parse)));
/// assert_eq!(numbers.unwrap(), [1, 2]);
///
/// let failed = anyrt::run(anyrt::try_gather(["1", "two"].map(parse)));
/// assert_eq!(failed.unwrap_err().failures().len(), 1);
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
/// [`GroupError::Failed`]: crate::GroupError::Failed
/// [`GroupError::Cancelled`]: crate::GroupError::Cancelled
#[doc(alias = "try_join_all")]
#[doc(alias = "FIRST_EXCEPTION")]
#[track_caller]
pub fn try_gather<I, T, E>(futures: I) -> TryGather<Vec<T>, E>
where
    I: IntoIterator<Item: Future<Output = Result<T, E>> + Send + 'static>,
    T: Send + 'static,
    E: Send + 'static,
{
    TryGather::ambient(Vec::from_iter(futures))
}

/// Runs the futures of a tuple at once, and gives a tuple of outputs.
///
/// There may be 2 to 8 of them, of different types. It is [`gather`] in all else: each is a task of its
/// own, and none cancels the others, unless it panics.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first panic
/// of a future, after it has cancelled the others and all have ended (law E5).
///
/// # Errors
///
/// [`Cancelled`](crate::Cancelled) if the runtime was shut down and dropped one of the futures.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: outputs that are there go with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// let name = async { "ann" };
/// let age = async { 42 };
/// assert_eq!(anyrt::run(anyrt::join((name, age))), Ok(("ann", 42)));
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "join3")]
#[doc(alias = "zip")]
#[track_caller]
pub fn join<F: Together>(futures: F) -> Gather<F::Outputs> {
    Gather::ambient(futures)
}

/// Runs the futures of a tuple at once, and gives a tuple of values.
///
/// There may be 2 to 8 of them, whose values are of different types and whose failures are of one. It
/// is [`try_gather`] in all else: the first failure cancels the others and waits for them.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first panic
/// of a future, after it has cancelled the others and all have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if a future failed;
/// [`GroupError::Cancelled`] if the runtime was shut down and dropped one of the futures.
///
/// # Cancel safety
///
/// **Loses data** if foreign code drops it: values that are there go with it. The futures that have
/// not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2).
///
/// # Examples
///
/// ```
/// let name = async { Ok("ann") };
/// let age = async {
///     anyrt::sleep_forever().await; // until the failure cancels it
///     Ok(42)
/// };
/// let town = async { Err::<String, _>("unknown") };
/// let failed = anyrt::run(anyrt::try_join((name, age, town)));
/// assert_eq!(failed.unwrap_err().failures(), ["unknown"]);
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
/// [`GroupError::Failed`]: crate::GroupError::Failed
/// [`GroupError::Cancelled`]: crate::GroupError::Cancelled
#[doc(alias = "try_join3")]
#[doc(alias = "try_zip")]
#[track_caller]
pub fn try_join<F: TryTogether>(futures: F) -> TryGather<F::Values, F::Failure> {
    TryGather::ambient(futures)
}
