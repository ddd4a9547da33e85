//! What waits in a `JoinSet`, or for a token.

use std::future::Future;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::bytes;
use crate::parking::Parking;

/// Children that wait.
pub(super) async fn children(times: usize) -> f64 {
    parked(times, |parking| parking.child()).await
}

/// Children each of which waits for a set with one child that waits; the outer ones are part of it.
pub(super) async fn groups(times: usize) -> f64 {
    let group = |parking: Parking| {
        let child = parking.child();
        async {
            let mut set = JoinSet::new();
            set.spawn(child);
            set.join_next().await;
        }
    };
    parked(times, group).await
}

/// What a token that can be cancelled alone, and with the one above it, adds.
pub(super) async fn scopes(times: usize) -> f64 {
    let above = CancellationToken::new();
    let scope = |parking: Parking| {
        let (token, child) = (above.child_token(), parking.child());
        async move {
            token.run_until_cancelled(child).await;
        }
    };
    parked(times, scope).await - children(times).await
}

/// Gives the bytes that so many children hold, once all of them wait.
async fn parked<F>(times: usize, child: impl Fn(Parking) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let (mut set, parking) = (JoinSet::new(), Parking::new(times));
    let before = bytes();
    for _ in 0..times {
        set.spawn(child(parking.clone()));
    }
    parking.is_full().await;
    let held = bytes() - before;
    set.shutdown().await;
    held
}
