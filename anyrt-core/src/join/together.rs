//! What can run together: a list of futures of one type, or a tuple of futures of several.

use std::convert::Infallible;
use std::future::Future;

use super::fan_out::{Slot, Take};
use crate::driver::Driver;
use crate::group::TaskGroup;

/// Futures that can run at once: a `Vec`, or a tuple of 2 to 8.
///
/// They are children of a group, and so `Send + 'static`, as their outputs are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of futures that can run together",
    note = "it may be a tuple of 2 to 8 futures, or a `Vec` of futures",
    note = "they and their outputs must be `Send + 'static`: each becomes a task of its own"
)]
pub trait Together: Send + Sized + Sealed + 'static {
    /// What they give together, in the same order.
    type Outputs: Send + 'static;

    #[doc(hidden)]
    fn start<D: Driver>(self, group: &TaskGroup<D, Infallible>) -> Take<Self::Outputs>;
}

/// Futures that can run at once, and each of which can fail.
///
/// All fail with one type, `Failure`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of futures that can run together and fail",
    note = "it may be a tuple of 2 to 8 futures, or a `Vec` of futures",
    note = "all must give a `Result`, with errors of one type, and be `Send + 'static`"
)]
pub trait TryTogether: Send + Sized + Sealed + 'static {
    /// What they give together if none fails, in the same order.
    type Values: Send + 'static;
    /// How each may fail.
    type Failure: Send + 'static;

    #[doc(hidden)]
    fn try_start<D: Driver>(self, group: &TaskGroup<D, Self::Failure>) -> Take<Self::Values>;
}

/// Keeps the traits to the types of this module.
pub trait Sealed {}

/// Starts a child that leaves its output in a slot.
pub(super) fn start_one<D, F>(group: &TaskGroup<D, Infallible>, future: F) -> Slot<F::Output>
where
    D: Driver,
    F: Future<Output: Send> + Send + 'static,
{
    let (here, there) = Slot::pair();
    group.spawn_for_opener(async move { there.put(future.await) });
    here
}

/// Starts a child that leaves its value in a slot, or fails.
pub(super) fn try_start_one<D, F, T, E>(group: &TaskGroup<D, E>, future: F) -> Slot<T>
where
    D: Driver,
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (here, there) = Slot::pair();
    group.spawn_for_opener(async move {
        there.put(future.await?);
        Ok(())
    });
    here
}

impl<F> Sealed for Vec<F> {}

impl<F> Together for Vec<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    type Outputs = Vec<F::Output>;

    fn start<D: Driver>(self, group: &TaskGroup<D, Infallible>) -> Take<Self::Outputs> {
        let slots: Vec<_> = self.into_iter().map(|future| start_one(group, future)).collect();
        Box::new(|| slots.into_iter().map(Slot::take).collect())
    }
}

impl<F, T, E> TryTogether for Vec<F>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    type Values = Vec<T>;
    type Failure = E;

    fn try_start<D: Driver>(self, group: &TaskGroup<D, E>) -> Take<Self::Values> {
        let slots: Vec<_> = self.into_iter().map(|future| try_start_one(group, future)).collect();
        Box::new(|| slots.into_iter().map(Slot::take).collect())
    }
}
