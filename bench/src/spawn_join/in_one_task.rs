//! Futures that share the caller's task: concurrent, never parallel.

use std::future::{Future, ready};
use std::pin::pin;

use futures_concurrency::future::FutureGroup;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

pub(super) async fn unordered<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let set: FuturesUnordered<_> = (0..children).map(|_| child()).collect();
    set.for_each(ready).await;
}

pub(super) async fn group<F>(children: usize, child: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut group = FutureGroup::with_capacity(children);
    for _ in 0..children {
        group.insert(child());
    }
    pin!(group).for_each(ready).await;
}
