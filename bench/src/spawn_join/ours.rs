//! Children of a group, through the facade and through a backend itself.

use std::convert::Infallible;

use anyrt_core::prelude::*;

use super::child::Child;
use crate::current::Current;
use crate::work::must_succeed;

pub(super) async fn facade<C: Child>(children: usize) {
    let done = anyrt::task_group(|group: anyrt::TaskGroup| async move {
        for _ in 0..children {
            group.spawn(C::on_anyrt());
        }
    });
    must_succeed(done.await);
}

pub(super) async fn explicit<B: Current, C: Child>(children: usize) {
    let backend = B::here();
    let here = backend.clone();
    let body = |group: B::TaskGroup<Infallible>| async move {
        for _ in 0..children {
            group.spawn(C::on_backend(here.clone()));
        }
    };
    must_succeed(backend.task_group(body).await);
}
