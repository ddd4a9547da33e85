//! Groups whose children may borrow.

use std::future::Future;

use anyrt_core::Outcome;

use crate::InlineGroup;
use crate::future::RunInlineGroup;

/// Runs `body` with a group whose children may borrow from around it.
///
/// The children run inside the caller's task: concurrent, not parallel. They keep all laws of a
/// [`task_group`](crate::task_group): the first failure or panic cancels the rest, and all are joined.
///
/// They make progress only while this future is polled. An owner that polls something else meanwhile,
/// in a `select!` for instance, must not wait there for what a child holds.
///
/// # Panics
///
/// Panics at the first poll if there is no backend ([`AnyBackend::current`]). Resumes the first
/// panic of the body or of a child, after all of them have ended (law E5).
///
/// # Errors
///
/// [`GroupError::Failed`] with every failure in completion order, if the body or a child failed;
/// [`GroupError::Cancelled`] if the group itself was cancelled before its body ended.
///
/// # Cancel safety
///
/// **Safe.** If it is dropped, its children are dropped with it.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// let (words, letters) = (vec!["ann", "ben"], AtomicUsize::new(0));
/// let counted = anyrt::run(anyrt::inline_group(|group: anyrt::InlineGroup<'_>| async {
///     let group = group;
///     for word in &words {
///         group.spawn(async {
///             anyrt::checkpoint().await;
///             letters.fetch_add(word.len(), Ordering::Relaxed);
///         });
///     }
/// }));
/// assert_eq!((counted, letters.into_inner()), (Ok(()), 6));
/// ```
///
/// [`AnyBackend::current`]: crate::AnyBackend::current
/// [`GroupError::Failed`]: crate::GroupError::Failed
/// [`GroupError::Cancelled`]: crate::GroupError::Cancelled
#[doc(alias = "moro")]
#[track_caller]
pub fn inline_group<'env, E, Body, Fut>(
    body: Body,
) -> RunInlineGroup<'env, E, Body, Fut, <Fut::Output as Outcome<E>>::Value>
where
    E: Send + 'static,
    Body: FnOnce(InlineGroup<'env, E>) -> Fut,
    Fut: Future<Output: Outcome<E>>,
{
    RunInlineGroup::ambient(body)
}
