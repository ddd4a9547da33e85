//! The futures of this crate, by name, for who must store one.

use anyrt_core::{blocking, group, inline, join, retry, scope};

use crate::backend::AnyBackend;

pub use anyrt_core::group::{Join, JoinMut, JoinValue};
pub use anyrt_core::task::CatchPanic;

/// The future of [`task_group`](crate::task_group).
pub type RunGroup<E, Body, Fut, T> = group::RunGroup<AnyBackend, E, Body, Fut, T>;

/// The future of [`CancelScope::run`](crate::CancelScope::run).
pub type RunScope<F> = scope::RunScope<AnyBackend, F>;

/// The future of [`move_on_after`](crate::move_on_after) and [`move_on_at`](crate::move_on_at).
pub type MoveOnAfter<F> = scope::MoveOnAfter<AnyBackend, F>;

/// The future of [`move_on_when`](crate::move_on_when).
pub type MoveOnWhen<C, F> = scope::MoveOnWhen<AnyBackend, C, F>;

/// The future of [`fail_after`](crate::fail_after) and [`fail_at`](crate::fail_at).
pub type FailAfter<F> = scope::FailAfter<AnyBackend, F>;

/// The future of [`shield`](crate::shield).
pub type Shield<F> = scope::Shield<AnyBackend, F>;

/// The future of [`finally`](crate::finally).
pub type Finally<F, C> = scope::Finally<AnyBackend, F, C>;

/// The future of [`TaskGroup::start`](crate::TaskGroup::start).
pub type Start<E, M, F, V> = group::Start<AnyBackend, E, M, F, V>;

/// The future of [`supervise`](crate::supervise).
pub type Supervise<E, Body, Fut, T> = group::Supervise<AnyBackend, E, Body, Fut, T>;

/// The future of [`LimitedGroup::spawn_when_free`](crate::LimitedGroup::spawn_when_free).
pub type SpawnWhenFree<E, F> = group::SpawnWhenFree<AnyBackend, E, F>;

/// The future of [`inline_group`](crate::inline_group).
pub type RunInlineGroup<'env, E, Body, Fut, T> =
    inline::RunInlineGroup<'env, AnyBackend, E, Body, Fut, T>;

/// The future of [`blocking::run`](crate::blocking::run).
pub type RunBlocking<F, T> = blocking::RunBlocking<AnyBackend, F, T>;

/// The future of [`gather`](crate::gather()) and [`join`](crate::join()).
pub type Gather<O> = join::Gather<AnyBackend, O>;

/// The future of [`try_gather`](crate::try_gather()) and of
/// [`try_join`](crate::try_join).
pub type TryGather<O, E> = join::TryGather<AnyBackend, O, E>;

/// The future of [`AsCompleted::next`](crate::AsCompleted::next).
pub type NextCompleted<'a, T> = join::NextCompleted<'a, AnyBackend, T>;

/// The future of [`race`](crate::race()).
pub type Race<T, E> = join::Race<AnyBackend, T, E>;

/// The future of [`retry`](crate::retry()).
pub type Retry<I, M, F> = retry::Retry<AnyBackend, I, M, F>;
