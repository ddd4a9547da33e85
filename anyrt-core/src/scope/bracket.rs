//! `bracket`: what is released whatever became of the work that borrows it.
//!
//! # Invariants
//!
//! - The resource is with the work, which it is lent to, or in the slot: when what was lent is dropped,
//!   however the work ended, the resource goes into the slot.
//! - The release takes it from there. It begins after the work was dropped, as `finally` sees to it. A
//!   work that has kept what it was lent is misuse, and told.

use std::fmt::{self, Debug};
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::{CancelScope, Finally, Shield};
use crate::driver::{Ambient, Driver};
use crate::lock::lock;
use crate::source::Source;
use crate::sys::Mutex;

/// The resource on its way from the work to the release.
type Slot<R> = Arc<Mutex<Option<R>>>;

/// A resource while the work of a bracket has it.
///
/// It is the resource by `Deref` and `DerefMut`. When it is dropped, the resource goes back, to be
/// released (law S8).
pub struct Lent<R> {
    resource: Option<R>,
    slot: Slot<R>,
}

impl<R> Deref for Lent<R> {
    type Target = R;

    fn deref(&self) -> &R {
        match &self.resource {
            Some(resource) => resource,
            None => unreachable!("the resource is lent until this is dropped"),
        }
    }
}

impl<R> DerefMut for Lent<R> {
    fn deref_mut(&mut self) -> &mut R {
        match &mut self.resource {
            Some(resource) => resource,
            None => unreachable!("the resource is lent until this is dropped"),
        }
    }
}

impl<R> Drop for Lent<R> {
    fn drop(&mut self) {
        *lock(&self.slot) = self.resource.take();
    }
}

impl<R: Debug> Debug for Lent<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lent").field(&**self).finish()
    }
}

/// Works with a resource, and releases it in any case.
///
/// `work` is lent the resource, and `release` takes it: once, after a value, an error, a panic or a
/// cancellation, shielded from outer cancellations, and the scope around waits for it (law S8). A
/// deadline inside bounds a release that may hang (law S6).
///
/// # Panics
///
/// Resumes the panic of the work after the release, or that of the release. Panics if the work has kept
/// what it was lent.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes. When foreign code drops it, the resource is dropped
/// without a release.
pub async fn bracket<D, R, W, F, C, G>(resource: R, work: W, release: C) -> F::Output
where
    D: Ambient,
    W: FnOnce(Lent<R>) -> F,
    F: Future,
    C: FnOnce(R) -> G,
    G: Future<Output = ()>,
{
    run(Source::<D>::ambient(), resource, work, release).await
}

/// Works with a resource, and releases it in any case, on `driver`.
///
/// It is [`bracket`] in all else.
///
/// # Panics
///
/// Resumes the panic of the work after the release, or that of the release. Panics if the work has kept
/// what it was lent.
///
/// # Cancel safety
///
/// **Safe** under the cancellation of scopes. When foreign code drops it, the resource is dropped
/// without a release.
pub async fn bracket_on<D, R, W, F, C, G>(driver: D, resource: R, work: W, release: C) -> F::Output
where
    D: Driver,
    W: FnOnce(Lent<R>) -> F,
    F: Future,
    C: FnOnce(R) -> G,
    G: Future<Output = ()>,
{
    run(Source::Given(driver), resource, work, release).await
}

async fn run<D, R, W, F, C, G>(source: Source<D>, resource: R, work: W, release: C) -> F::Output
where
    D: Driver,
    W: FnOnce(Lent<R>) -> F,
    F: Future,
    C: FnOnce(R) -> G,
    G: Future<Output = ()>,
{
    let slot: Slot<R> = Arc::new(Mutex::new(None));
    let lent = Lent { resource: Some(resource), slot: slot.clone() };
    let work = async move { work(lent).await };
    let release = async move {
        let resource = lock(&slot).take();
        match resource {
            Some(resource) => release(resource).await,
            None => panic!(
                "the work of a bracket has kept what it was lent, which cannot be released: drop it \
                 before the work ends"
            ),
        }
    };
    let scope = CancelScope::from_source(source).shielded();
    Finally::with(work, Shield::in_scope(scope, release)).await
}
