//! E3: failures of groups inside of groups.

use anyrt_core::error::{Failures, GroupError};
use anyrt_core::prelude::*;
use anyrt_core::{Backend, Toplevel};

use crate::support::Group;

pub(super) fn e3<B: Backend + Toplevel>(backend: &B) {
    backend.run(shapes(backend));
}

/// Runs a group in which `count` children fail, none of them cut.
async fn failing<B: Backend>(backend: &B, count: usize) -> Result<(), GroupError<&'static str>> {
    backend
        .task_group(async |group: Group<B, &'static str>| {
            let all = backend.semaphore(0);
            for _ in 0..count {
                let (backend, all) = (backend.clone(), all.clone());
                group.spawn(async move {
                    backend.shield(all.acquire()).await;
                    Err::<(), _>("leaf")
                });
            }
            all.add_permits(count);
        })
        .await
}

fn leaves(count: usize) -> GroupError<&'static str> {
    GroupError::Failed(Failures::new(vec!["leaf"; count]).expect("there is one"))
}

async fn shapes<B: Backend>(backend: &B) {
    for count in [1, 2, 5] {
        let inner = failing(backend, count).await;
        assert_eq!(inner, Err(leaves(count)), "{count} failures in one group gave this");

        let in_child = backend
            .task_group(async |outer: Group<B, GroupError<&'static str>>| {
                let backend = backend.clone();
                outer.spawn(async move { failing(&backend, count).await });
            })
            .await;
        let in_body = backend
            .task_group(async |_: Group<B, GroupError<&'static str>>| failing(backend, count).await)
            .await;
        for (place, seen) in [("child", in_child), ("body", in_body)] {
            assert_eq!(
                seen,
                Err(GroupError::Failed(Failures::new(vec![leaves(count)]).expect("one"))),
                "{count} failures in a group in a {place} of a group gave this"
            );
        }
    }
    let both = backend
        .task_group(async |outer: Group<B, GroupError<&'static str>>| {
            for _ in 0..2 {
                let b = backend.clone();
                outer.spawn(async move { b.shield(failing(&b, 1)).await });
            }
        })
        .await;
    assert_eq!(
        both,
        Err(GroupError::Failed(Failures::new(vec![leaves(1), leaves(1)]).expect("two"))),
        "one failure in each of two groups, in two children of a group, gave this"
    );
}
