//! What waits in a group, or in a scope.

use std::future::Future;

use super::bytes;
use crate::parking::Parking;
use crate::work::must_succeed;

/// Children that wait.
pub(super) async fn children(times: usize) -> f64 {
    parked(times, |parking| parking.child()).await
}

/// Children each of which waits for a group with one child that waits; the outer ones are part of
/// it.
pub(super) async fn groups(times: usize) -> f64 {
    let group = |parking: Parking| {
        let child = parking.child();
        async {
            let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
                group.spawn(child);
            });
            must_succeed(done.await);
        }
    };
    parked(times, group).await
}

/// What a scope around the wait adds.
pub(super) async fn scopes(times: usize) -> f64 {
    let scope = |parking: Parking| {
        let child = parking.child();
        async {
            // Nobody cancels it, and what ends it does not come back here.
            let _ = anyrt::CancelScope::new().run(child).await;
        }
    };
    parked(times, scope).await - children(times).await
}

/// Gives the bytes that so many children hold, once all of them wait.
async fn parked<F>(times: usize, child: impl Fn(Parking) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        let parking = Parking::new(times);
        let before = bytes();
        for _ in 0..times {
            group.spawn(child(parking.clone()));
        }
        parking.is_full().await;
        let held = bytes() - before;
        group.cancel();
        Ok(held)
    });
    must_succeed(done.await)
}
