//! Many futures at once: each output when it is there.

use std::future::Future;

use crate::AsCompleted;

/// Runs all futures at once, and gives each output when it is there.
///
/// That is a [`Stream`] in completion order, with a method [`next`](AsCompleted::next) of its own. The
/// futures start at the first `next`. Each is a task of its own, a child of one group, and so goes on
/// while the consumer does something else. They belong to the scope in which this function is called:
/// a timeout around one `next` does not cut them.
///
/// # Panics
///
/// `next` panics at the first poll if there is no backend ([`AnyBackend::current`]). It resumes the
/// first panic of a future, after it has cancelled the others and all have ended (law E5).
///
/// # Cancel safety
///
/// **Loses data** if the stream is dropped: outputs that were not taken go with it. The futures that
/// have not ended are cancelled at once, and adopted by the nearest enclosing group (laws X1, X2). A
/// `next` that is dropped took nothing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// anyrt::run(async {
///     let mut outputs = anyrt::as_completed([30, 1].map(|number| async move {
///         anyrt::sleep(Duration::from_millis(number)).await;
///         number
///     }));
///     assert_eq!(outputs.next().await, Some(1));
///     assert_eq!(outputs.next().await, Some(30));
///     assert_eq!(outputs.next().await, None); // All have ended here.
/// });
/// ```
///
/// [`Stream`]: AsCompleted#impl-Stream-for-AsCompleted<D,+T>
/// [`AnyBackend::current`]: crate::AnyBackend::current
#[doc(alias = "FuturesUnordered")]
#[doc(alias = "JoinSet")]
#[doc(alias = "join_next")]
#[doc(alias = "wait")]
#[track_caller]
pub fn as_completed<I>(futures: I) -> AsCompleted<<I::Item as Future>::Output>
where
    I: IntoIterator<Item: Future<Output: Send> + Send + 'static>,
{
    AsCompleted::ambient(futures)
}
